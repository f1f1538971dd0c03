"""The parcel of an order, as plugins for shipment tracking note it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from crm.intake.shops.woocommerce.bodies import Order
from crm.timezones import start_of

# Shipment Tracking of WooCommerce and Advanced Shipment Tracking keep a list of parcels under this key.
PARCELS = "_wc_shipment_tracking_items"
# Others keep only a number: AfterShip, YITH, and those who write it by hand.
NUMBERS = ("_aftership_tracking_number", "ywot_tracking_code", "_tracking_number", "tracking_number")
LONGEST = 100


def tracking_of(order: Order, told_at: dt.datetime) -> tuple[str, dt.datetime | None]:
    """The number of the first parcel, and when it left: on the day that is noted, else when we were told."""
    parcels = order.meta(PARCELS)
    listed = list(parcels.values()) if isinstance(parcels, dict) else parcels
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else {}
    number = str(first.get("tracking_number") or order.meta(*NUMBERS) or "").strip()[:LONGEST]
    if not number:
        return "", None
    left_at = _day(first.get("date_shipped")) or told_at
    # Only the day is noted, as its first moment: that may lie before the order, and a planned one ahead.
    return number, min(max(left_at, order.created_at or left_at), told_at)


def _day(noted: Any) -> dt.datetime | None:
    """A Unix time or a date; None where it is neither."""
    text = str(noted or "").strip()
    try:
        if text.isdecimal():
            return dt.datetime.fromtimestamp(int(text), dt.UTC)
        return start_of(dt.date.fromisoformat(text[:10]))
    except (ValueError, OverflowError, OSError):
        return None
