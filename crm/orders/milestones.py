"""A stage of a long job that was said to be done, and is not."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import EventKind, Milestone, Order
from crm.orders.correcting import note_told
from crm.orders.order_events import check_moment, write


@transaction.atomic
def take_back_milestone(order: Order, name: str, *, at: dt.datetime) -> Order:
    """A stage that was said to be done is not. ValueError when it is not among those reached."""
    check_moment(at)
    lock_fact(order)
    milestone = Milestone.objects.filter(order=order, name=name).first()
    if milestone is None:
        raise ValueError(_("This stage is not among those reached: look at the order again."))
    write(
        order,
        EventKind.ORDER_MOMENT_UNDONE,
        at=at,
        key=f"undone:milestone:{milestone.pk}",
        moment="milestone",
        name=name,
        **{"from": milestone.reached_at.isoformat()},
    )
    milestone.delete()
    note_told(order, [stage(name)], at)
    order.save(update_fields=["told"])
    return order


def stage(name: str) -> str:
    """How `Order.told` names a milestone."""
    return f"milestone:{name}"
