"""Customers who may be unhappy and say nothing: for a person to look at, and call.

Each reason is a set of orders or of customers, found by an index of its own among a time of the past, so that the
list costs the same in a shop of any age.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.locks import lock_current
from crm.models import Case, Customer, Event, EventKind, Order, OrderLine, PainSetAside, Product, StaffTask
from crm.service.staff_tasks import open_task
from crm.service.task_scripts import SCRIPTS, filled

SILENT_DAYS = 30
# Whoever has been silent for longer than that has got used to it, or is gone: win-back is for them.
LOOKED_BACK = dt.timedelta(days=180)
PEACE = dt.timedelta(days=90)
SIGNS_OF_LIFE = [
    EventKind.MESSAGE_CLICKED,
    EventKind.MESSAGE_REPLIED,
    EventKind.PRODUCT_REGISTERED,
    EventKind.FEEDBACK_LEFT,
    EventKind.REVIEW_LEFT,
    EventKind.PAGE_VIEWED,
    EventKind.CASE_OPENED,
]


class Reason(TextChoices):
    SILENT = "silent", gettext_lazy("silent since something complex came")
    RETURNED = "returned", gettext_lazy("gave something back")
    BAD_MOOD = "bad_mood", gettext_lazy("in a bad mood")


def silent_orders(before: dt.datetime) -> QuerySet[Order]:
    """Something complex they keep came before this moment, and they have done nothing since."""
    complex_goods = OrderLine.objects.kept().filter(
        order=OuterRef("pk"), product__complexity=Product.Complexity.COMPLEX
    )
    signs = Event.objects.filter(
        customer=OuterRef("customer"), kind__in=SIGNS_OF_LIFE, occurred_at__gt=OuterRef("delivered_at")
    ).exclude(properties__contains={"is_machine": True})
    arrived = Order.objects.counted().filter(delivered_at__lt=before)
    return arrived.filter(Exists(complex_goods), ~_ordered_since("delivered_at"), ~Exists(signs))


def returned_orders() -> QuerySet[Order]:
    """Goods came back, not money alone, and they have not ordered since."""
    came_back = OrderLine.objects.filter(order=OuterRef("pk"), returned_quantity__gt=0)
    returned = Order.objects.counted().filter(returned_at__isnull=False)
    return returned.filter(Exists(came_back), ~_ordered_since("returned_at"))


def _ordered_since(moment: str) -> Exists:
    return Exists(Order.objects.counted().filter(customer=OuterRef("customer"), placed_at__gt=OuterRef(moment)))


def _silent(now: dt.datetime) -> QuerySet[Any]:
    silent = silent_orders(now - dt.timedelta(days=SILENT_DAYS))
    return silent.filter(delivered_at__gt=now - LOOKED_BACK)


def _returned(now: dt.datetime) -> QuerySet[Any]:
    return returned_orders().filter(returned_at__gt=now - LOOKED_BACK)


def _in_a_bad_mood(now: dt.datetime) -> QuerySet[Any]:
    return Customer.objects.current().filter(mood=Customer.Mood.BAD)


# What tells of each reason, the column that names the customer, and that of its moment.
FOUND: dict[Reason, tuple[Callable[[dt.datetime], QuerySet[Any]], str, str]] = {
    Reason.SILENT: (_silent, "customer", "delivered_at"),
    Reason.RETURNED: (_returned, "customer", "returned_at"),
    Reason.BAD_MOOD: (_in_a_bad_mood, "pk", "mood_noted_at"),
}


def in_pain(now: dt.datetime, reason: str = "") -> QuerySet[Customer]:
    """Those nobody looks after yet: no open case, no call asked for or made not long ago, not set aside."""
    return Customer.objects.current().filter(
        _is_found(now, reason),
        ~Exists(PainSetAside.objects.filter(customer=OuterRef("pk"), until__gt=now)),
        ~Exists(Case.objects.open().filter(customer=OuterRef("pk"))),
        ~Exists(_calls(now).filter(customer=OuterRef("pk"))),
    )


def being_called(now: dt.datetime) -> QuerySet[Customer]:
    tasks = StaffTask.objects.open().filter(reason=StaffTask.Reason.HIDDEN_PAIN, customer=OuterRef("pk"))
    return Customer.objects.current().filter(Exists(tasks))


def _is_found(now: dt.datetime, reason: str) -> Q:
    reasons = [Reason(reason)] if reason in Reason.values else list(Reason)
    found = [FOUND[one][0](now).order_by().values(FOUND[one][1]) for one in reasons]
    return Q(pk__in=found[0].union(*found[1:])) if len(found) > 1 else Q(pk__in=found[0])


def _calls(now: dt.datetime) -> QuerySet[StaffTask]:
    """A call that is still to be made, or was over not long ago."""
    about_pain = StaffTask.objects.filter(reason=StaffTask.Reason.HIDDEN_PAIN)
    return about_pain.filter(Q(status=StaffTask.Status.OPEN) | Q(done_at__gt=now - PEACE))


def reasons_of(customer_ids: list[int], now: dt.datetime) -> dict[int, dict[Reason, dt.datetime | None]]:
    """Why each of a page of customers is there, and since when, a query for each reason."""
    why: dict[int, dict[Reason, dt.datetime | None]] = {pk: {} for pk in customer_ids}
    for reason, (find, customer, moment) in FOUND.items():
        theirs = find(now).filter(**{f"{customer}__in": customer_ids}).order_by()
        for pk, since in theirs.values_list(customer).annotate(since=Max(moment)):
            why[pk][reason] = since
    return why


def last_heard(customer_ids: list[int]) -> dict[int, dt.datetime]:
    signs = Event.objects.filter(customer__in=customer_ids, kind__in=[*SIGNS_OF_LIFE, EventKind.TASK_CLOSED])
    people = signs.exclude(properties__contains={"is_machine": True})
    return dict(people.order_by().values_list("customer").annotate(at=Max("occurred_at")))


@transaction.atomic
def ask_for_call(customer: Customer, *, at: dt.datetime, by: User) -> StaffTask:
    """A task to call them, of whoever pressed; one that is still to be done is that task."""
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    customer = Customer.objects.locked([customer.pk]).get()
    open_calls = customer.staff_tasks.filter(reason=StaffTask.Reason.HIDDEN_PAIN, status=StaffTask.Status.OPEN)
    if known := open_calls.first():
        return known
    order = customer.orders.exclude(delivered_at=None).order_by("-delivered_at", "-pk").first()
    script = filled(SCRIPTS["pain"], customer, order)
    why = ", ".join(str(reason.label) for reason in reasons_of([customer.pk], at)[customer.pk])
    return open_task(
        customer,
        title=script.title[:200],
        script=(_("Why: %(reasons)s.") % {"reasons": why} + "\n\n" if why else "") + script.words,
        kind=script.kind,
        reason=StaffTask.Reason.HIDDEN_PAIN,
        order=order,
        owner=by,
        by=by,
        due_at=at + dt.timedelta(days=1),
        at=at,
    )


@transaction.atomic
def set_aside(customer: Customer, *, why: str, at: dt.datetime, by: User) -> None:
    """Nothing is to be done for now, and somebody says why."""
    why = why.replace("\0", "").strip()[:300]
    if not why:
        raise ValueError(_("Say why nothing is to be done: whoever looks next asks the same."))
    customer = lock_current(customer)
    fields: dict[str, Any] = {"why": why, "at": at, "until": at + PEACE, "by": by}
    PainSetAside.objects.update_or_create(customer=customer, defaults=fields)
