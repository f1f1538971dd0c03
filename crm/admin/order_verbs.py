"""What the buttons of an order's page do: read what stands beside them, call one verb, say in words what was done."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from crm.admin.order_buttons import MOMENTS_UNDONE
from crm.models import Order, StaffTask
from crm.orders import orders
from crm.orders.correcting import take_back
from crm.orders.milestones import take_back_milestone
from crm.orders.returns import undo_return


def pay(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    orders.pay(order, at=_when(request, at))
    return gettext("Marked as paid.")


def ship(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    """What is still to go into the parcel is somebody's task: they say first that it lies there, or is not needed."""
    missing = StaffTask.objects.for_the_parcel().filter(order=order)
    if titles := ", ".join(task.title for task in missing):
        words = gettext("Still to go into the parcel: %(tasks)s. Close this first: it lies there, or is not needed.")
        raise ValueError(words % {"tasks": titles})
    orders.ship(order, at=_when(request, at), tracking_number=_posted(request, "tracking_number")[:100])
    return gettext("Marked as shipped.")


def deliver(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    orders.deliver(order, at=_when(request, at))
    return gettext("Marked as delivered.")


def cancel(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    orders.cancel(order, at=_when(request, at))
    return gettext("The order is cancelled and no longer counts.")


def promise(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    to = _moment(_posted(request, "to"))
    if to is None:
        raise ValueError(gettext("Say which day and time is promised now."))
    orders.move_promise(order, to=to, at=at)
    return gettext("The new promise is noted.")


def milestone(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    name = _posted(request, "name")
    if not name or len(name) > 200:
        raise ValueError(gettext("Name the stage in 1 to 200 characters."))
    orders.reach_milestone(order, name, at=_when(request, at))
    return gettext("The stage is noted.")


def mistake(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    moment = _posted(request, "moment")
    if moment not in MOMENTS_UNDONE:
        raise ValueError(gettext("Choose what did not happen."))
    order = take_back(order, moment, at=at)
    if getattr(order, moment):
        raise ValueError(gettext("Somebody told this anew meanwhile: look at the order again."))
    return gettext("Undone: the order stands as if it had not happened.")


def not_returned(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    undo_return(order, _posted(request, "key"), at=at)
    return gettext("Undone: the goods count as kept and the money as not given back.")


def not_reached(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    take_back_milestone(order, _posted(request, "name"), at=at)
    return gettext("Undone: the stage counts as not done.")


def _when(request: HttpRequest, now: dt.datetime) -> dt.datetime:
    """The moment typed beside the button; empty means now."""
    moment = _moment(_posted(request, "at")) or now
    if moment > now:
        raise ValueError(gettext("That moment is still ahead: note it when it has come."))
    return moment


def _moment(typed: str) -> dt.datetime | None:
    try:
        moment = parse_datetime(typed)
    except ValueError:
        moment = None
    if typed and moment is None:
        raise ValueError(gettext("“%(typed)s” is not a day and time.") % {"typed": typed[:40]})
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def register(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    """The customer says that it is they who have the goods; a second click tells nothing new."""
    line = order.lines.filter(pk=int(typed) if (typed := _posted(request, "line")[:18]).isdecimal() else 0).first()
    if line is None:
        raise ValueError(gettext("Choose which product of the order it is."))
    orders.register_product(order, line.product, at=at, serial=_posted(request, "serial"))
    return gettext("The product is registered.")


def _posted(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()
