"""A customer says that it is they who have what was bought, so that help is quick. Their rights do not depend on it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import EventKind, Order, OrderLine, Product, ProductRegistration
from crm.orders.order_events import check_moment, stamp, write


@transaction.atomic
def register_product(
    order: Order,
    product: Product,
    *,
    at: dt.datetime,
    serial: str = "",
    bought_on: dt.date | None = None,
    place: str = "",
) -> ProductRegistration:
    """Once for each thing of an order; told again, the number, day and place told last are kept."""
    check_moment(at)
    lock_fact(order)
    if not OrderLine.objects.kept().filter(order=order, product=product).exists():
        raise ValueError(_("This is not among what the customer has of this order."))
    told = {"serial": serial[:100], "bought_on": bought_on, "place": place[:200]}
    registration, is_new = ProductRegistration.objects.update_or_create(
        order=order,
        product=product,
        defaults=told,
        create_defaults={**told, "customer": order.customer, "registered_at": at},
    )
    if is_new:
        key = f"registered:{product.pk}:{stamp(at)}"
        write(order, EventKind.PRODUCT_REGISTERED, at=at, key=key, product=product.pk, serial=told["serial"])
    return registration


@transaction.atomic
def unregister_product(registration: ProductRegistration, *, at: dt.datetime) -> None:
    order = registration.order
    lock_fact(order)
    if ProductRegistration.objects.filter(pk=registration.pk).delete()[0]:
        key = f"unregistered:{registration.product_id}:{stamp(at)}"
        write(order, EventKind.PRODUCT_UNREGISTERED, at=at, key=key, product=registration.product_id)
