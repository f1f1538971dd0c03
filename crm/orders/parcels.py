"""Where a parcel is followed: on the pages of the carriers that the shop names."""

from __future__ import annotations

from urllib.parse import quote

from crm.models import Order, Shop
from crm.models.shop_pages import carriers_in


def tracking_links(order: Order, shop: Shop) -> list[tuple[str, str]]:
    """(name of the carrier, address): where there are several, the customer picks theirs."""
    if not order.tracking_number:
        return []
    number = quote(order.tracking_number, safe="")
    return [(name, url.replace("{number}", number)) for name, url in carriers_in(shop.carrier_links).items()]
