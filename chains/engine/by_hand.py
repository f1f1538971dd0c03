"""What only a human can decide: uncertain messages, and taking somebody out of a chain."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet

from chains.models import ChannelState, Enrolment, StaffTask, Touch
from crm.events import ring_on_commit
from crm.models import Customer


def arrived(touches: QuerySet[Touch], now: dt.datetime) -> int:
    """Uncertain messages that did reach their customer count as sent when they were due."""
    unknown = touches.filter(status=Touch.Status.UNKNOWN)
    return unknown.update(status=Touch.Status.SENT, reason=Touch.Reason.NONE, sent_at=F("due_at"), facts={})


def send_again(touches: QuerySet[Touch], now: dt.datetime) -> int:
    """Uncertain messages that did not arrive wait again, and meet every check again."""
    unknown = touches.filter(status=Touch.Status.UNKNOWN)
    return unknown.update(
        status=Touch.Status.SCHEDULED, reason=Touch.Reason.NONE, due_at=now, useful_until=now + dt.timedelta(days=1)
    )


@transaction.atomic
def take_out(enrolments: QuerySet[Enrolment], now: dt.datetime) -> int:
    """Staff take customers out of a chain; guard skips what still waits for them."""
    chosen = list(enrolments.active().values_list("pk", "customer_id"))  # type: ignore[attr-defined]
    list(Customer.objects.locked({customer for _pk, customer in chosen}).values_list("pk"))
    # Whoever went on meanwhile is no longer active, and is left as they are.
    left = Enrolment.objects.active().filter(pk__in=[pk for pk, _customer in chosen])
    ids = list(left.values_list("pk", flat=True))
    count = left.update(
        status=Enrolment.Status.LEFT,
        ending=Enrolment.Ending.BY_HAND,
        step_key="",
        due_at=None,
        awaits=Enrolment.Awaits.NOTHING,
        ended_at=now,
    )
    Touch.objects.scheduled().filter(enrolment__in=ids).update(due_at=now)
    return count


def close_task(task: StaffTask, *, status: str, outcome: str, at: dt.datetime, by: int | None) -> bool:
    """Done, or not needed; the first answer stands."""
    task.status, task.outcome, task.done_at, task.done_by_id = status, outcome, at, by
    return bool(
        StaffTask.objects.open().filter(pk=task.pk).update(status=status, outcome=outcome, done_at=at, done_by=by)
    )


@transaction.atomic
def try_channel_again(channel: str, now: dt.datetime) -> int:
    """Somebody mended the provider: what waits for it is due at once, and one message tries first."""
    if not ChannelState.objects.filter(pk=channel, resumes_at__gt=now).update(resumes_at=now):
        return 0
    waiting = Touch.objects.scheduled().filter(reason=Touch.Reason.CHANNEL_DOWN, due_at__gt=now)
    ring_on_commit()
    return waiting.update(due_at=now)
