"""Tasks of colleagues: asked for by a chain, a case or a person, tried, and closed with what came of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record
from crm.locks import lock_current
from crm.models import Case, Customer, EventKind, Order, StaffTask, StaffTaskTry
from crm.service.task_outcomes import tell_case
from crm.timezones import day_of

Kind, Result, Status = StaffTask.Kind, StaffTask.Result, StaffTask.Status
# What can come of a task of each kind, the usual first.
RESULTS = {
    Kind.CALL: (Result.REACHED, Result.NOT_REACHED, Result.LATER, Result.WANTS, Result.NOT_NEEDED),
    Kind.CARD: (Result.SENT, Result.LATER, Result.NOT_NEEDED),
    Kind.GIFT: (Result.SENT, Result.LATER, Result.NOT_NEEDED),
    Kind.VIDEO: (Result.SENT, Result.LATER, Result.NOT_NEEDED),
    Kind.OTHER: (Result.DONE, Result.LATER, Result.NOT_NEEDED),
}
# These leave it to be tried again.
AGAIN = frozenset({Result.NOT_REACHED, Result.LATER})
FARTHEST = dt.timedelta(days=2 * 365)
DROPS = frozenset({Result.NOT_NEEDED, Result.MISSED})


@transaction.atomic
def open_task(
    customer: Customer,
    *,
    title: str,
    at: dt.datetime,
    due_at: dt.datetime,
    kind: str = StaffTask.Kind.OTHER.value,
    script: str = "",
    owner: User | None = None,
    owner_group: Group | None = None,
    order: Order | None = None,
    case: Case | None = None,
    by: User | None = None,
    key: str | None = None,
    reason: str = StaffTask.Reason.ASKED.value,
    is_for_parcel: bool = False,
) -> StaffTask:
    """Ask a colleague for something; one with a `key` is asked for once. ValueError for whoever was erased."""
    if not title.strip() or len(title) > 200:
        raise ValueError(_("A task needs a title of 1 to 200 characters."))
    if is_for_parcel and (order is None or order.shipped_at or order.cancelled_at):
        raise ValueError(_("There is no parcel to put it into: the order has left, or there is none."))
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    fields = {
        "customer": customer,
        "title": title.strip(),
        "kind": kind,
        "script": script,
        "owner": owner,
        "owner_group": owner_group,
        "order": order,
        "case": case,
        "asked_by": by,
        "due_at": due_at,
        "created_at": at,
        "reason": reason,
        "is_for_parcel": is_for_parcel,
    }
    if key is None:
        return StaffTask.objects.create(**fields)
    return StaffTask.objects.get_or_create(key=key, defaults=fields)[0]


@transaction.atomic
def close_task(
    task: StaffTask, *, status: str, outcome: str, at: dt.datetime, by: int | None, result: str = ""
) -> bool:
    """Done, or not needed; the first answer stands."""
    result = result or (Result.DONE if status == Status.DONE else Result.NOT_NEEDED).value
    lock_current(task.customer)
    done = {"status": status, "outcome": outcome, "result": result, "done_at": at, "done_by_id": by}
    for name, value in done.items():
        setattr(task, name, value)
    if not StaffTask.objects.open().filter(pk=task.pk).update(**done):
        return False
    StaffTaskTry.objects.create(task=task, result=result, words=outcome, at=at, by_id=by)
    _tell(task, EventKind.TASK_CLOSED, at, result)
    tell_case(task, at=at, by=by)
    return True


@transaction.atomic
def note_result(
    task: StaffTask, *, result: str, words: str, at: dt.datetime, by: int | None, again_at: dt.datetime | None = None
) -> bool:
    """What came of it, in a word of its kind. Whoever was not reached, or asked for another time, is tried again then.

    ValueError for a word that is none of its kind's, and where the other time is missing.
    """
    if result not in RESULTS[Kind(task.kind)]:
        raise ValueError(_("Choose what came of it."))
    if result in AGAIN:
        return _put_off(task, result, words, at, by, again_at)
    status = Status.DROPPED if result in DROPS else Status.DONE
    return close_task(task, status=status, outcome=words, at=at, by=by, result=result)


@transaction.atomic
def take_back(task: StaffTask, *, at: dt.datetime, by: int | None) -> None:
    """It was closed by mistake: within the day it can be opened again. What was tried stays with it."""
    lock_current(task.customer)
    task = StaffTask.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    if task.done_at is None or day_of(task.done_at) != day_of(at):
        raise ValueError(_("It can be taken back only on the day it was closed: make a new task instead."))
    StaffTask.objects.filter(pk=task.pk).update(status=Status.OPEN, outcome="", result="", done_at=None, done_by=None)
    StaffTaskTry.objects.create(task=task, result=Result.REOPENED, at=at, by_id=by)


def parcel_left(order: Order, *, at: dt.datetime) -> None:
    """What was to go into the parcel can no longer."""
    _too_late(order, _("The parcel left without it."), at)


def no_parcel(order: Order, *, at: dt.datetime) -> None:
    """The order was cancelled, and with it what was to go along."""
    _too_late(order, _("The order was cancelled."), at)


@transaction.atomic
def _too_late(order: Order, words: str, at: dt.datetime) -> None:
    for task in StaffTask.objects.for_the_parcel().filter(order=order).select_related("customer").order_by("pk"):
        close_task(task, status=Status.DROPPED, outcome=words, at=at, by=None, result=Result.MISSED)


def give_to(tasks: Iterable[StaffTask], *, owner: User) -> int:
    """Those still to do are this colleague's now."""
    return StaffTask.objects.open().filter(pk__in=[task.pk for task in tasks]).update(owner=owner)


def _put_off(
    task: StaffTask, result: str, words: str, at: dt.datetime, by: int | None, again_at: dt.datetime | None
) -> bool:
    if again_at is None or not at < again_at < at + FARTHEST:
        raise ValueError(_("Say when to try again: a moment that is still ahead, within two years."))
    lock_current(task.customer)
    tries = task.tries + (result == Result.NOT_REACHED)
    if not StaffTask.objects.open().filter(pk=task.pk).update(due_at=again_at, result=result, tries=tries):
        return False
    task.due_at, task.result, task.tries = again_at, result, tries
    attempt = StaffTaskTry.objects.create(task=task, result=result, words=words, due_at=again_at, at=at, by_id=by)
    _tell(task, EventKind.TASK_TRIED, at, result, f":{attempt.pk}")
    return True


def _tell(task: StaffTask, kind: EventKind, at: dt.datetime, result: str, which: str = "") -> None:
    """Once for each time it was closed: one that was taken back may be closed again."""
    record(
        kind,
        customer=task.customer,
        order=task.order,
        occurred_at=at,
        source="crm",
        key=f"task:{task.pk}:{kind.removeprefix('task.')}:{which or at.isoformat()}",
        properties={
            "task": task.pk,
            "kind": task.kind,
            "status": task.status,
            "outcome": result,
            "reason": task.reason,
            "case": task.case_id,
        },
    )
