"""What leaves a Shopify shop and arrives."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import NothingToRecord, OrderFact
from crm.intake.shops.shopify.order_bodies import Fulfillment, FulfillmentEvent

LONGEST_TRACKING = 100


def fulfillment_fact(body: dict[str, Any], told_at: dt.datetime) -> OrderFact:
    told = Fulfillment.model_validate(body)
    if told.status != "success":
        raise NothingToRecord(
            _("A parcel that is “%(status)s” has not left; the order says when it does.") % {"status": told.status}
        )
    moments = {"shipped_at": told.created_at or told_at}
    if told.shipment_status == "delivered":
        moments["delivered_at"] = told.updated_at or told_at
    tracking = told.tracking_number[:LONGEST_TRACKING]
    return OrderFact(
        # “#1001.1” is the first parcel of order #1001.
        number=told.name.rpartition(".")[0],
        external_id=told.order_id,
        told_at=told.updated_at or told_at,
        moments=moments,
        details={"tracking_number": tracking} if tracking else {},
    )


def fulfillment_event_fact(body: dict[str, Any], told_at: dt.datetime) -> OrderFact:
    """Where a parcel is. Arrived is what the order waits for; when it should arrive is what was promised."""
    told = FulfillmentEvent.model_validate(body)
    happened_at = told.happened_at or told.created_at or told_at
    if told.status == "delivered":
        return OrderFact(external_id=told.order_id, told_at=happened_at, moments={"delivered_at": happened_at})
    raise NothingToRecord(_("Where a parcel is on its way (“%(status)s”).") % {"status": told.status})
