"""What differs between the kinds of sources: how a request is believed, what it is about, and how it is read.

A new kind is a folder of its own, a row here, one in `sources.KINDS`, and one in `examples.EXAMPLES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crm.intake.any_shape import body, secret
from crm.intake.any_shape import reading as any_shape
from crm.intake.arrival import Check, Open
from crm.intake.facts import Fact
from crm.intake.shops.shopify import opening as shopify_opening
from crm.intake.shops.shopify import reading as shopify_reading
from crm.intake.shops.shopify import signature as shopify_signature
from crm.intake.shops.woocommerce import reading as woocommerce
from crm.intake.shops.woocommerce import signature as woocommerce_signature
from crm.intake.site import reading as site
from crm.intake.tracking import reading as tracking
from crm.intake.webhook import reading, signature
from crm.models import Delivery, Source


@dataclass(frozen=True)
class Door:
    """`read` turns what was kept into facts; `check` and `open` are there when it comes to `/hooks/<key>/`."""

    read: Callable[[Delivery], Iterable[Fact]]
    check: Check | None = None
    open: Open | None = None


DOORS = {
    Source.Kind.WEBHOOK: Door(reading.read, signature.check, reading.arrival),
    Source.Kind.WOOCOMMERCE: Door(woocommerce.read, woocommerce_signature.check, woocommerce.opened),
    Source.Kind.FORM: Door(any_shape.read, secret.check, body.arrival),
    Source.Kind.SHOPIFY: Door(shopify_reading.read, shopify_signature.check, shopify_opening.arrival),
    Source.Kind.TRACKING: Door(tracking.read),
    Source.Kind.SITE: Door(site.read),
}


def read(delivery: Delivery) -> Iterable[Fact]:
    return DOORS[Source.Kind(delivery.source.kind)].read(delivery)
