"""Whether this Encore is alive and keeps up with its work, for a monitor to ask."""

import logging
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import DatabaseError, connection
from django.db.models import Max
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_celery_beat.models import PeriodicTask

from chains.models import ChannelState, Mailbox
from chains.stats.lateness import overdue
from config import broker

logger = logging.getLogger(__name__)

BROKER_TIMEOUT = 3
BEATS_MISSED = 3
BEAT_GRACE = timedelta(minutes=1)
LATE_AFTER = timedelta(minutes=5)
MAILBOX_LATE_AFTER = timedelta(minutes=30)

Part = dict[str, Any]


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well; 503 when something is down, late, or due with nobody working."""
    now = timezone.now()
    parts = {"database": database()}
    if is_ok(parts["database"]):
        parts |= {"broker": messages(), "beat": beat(now), "touches": touches(now)}
        parts |= {"channels": channels(is_staff=_is_staff(request)), "mailbox": mailbox(now)}
    well = all(is_ok(part) for part in parts.values())
    return JsonResponse({"status": "ok" if well else "trouble", **parts}, status=200 if well else 503)


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_active and user.is_staff)


def is_ok(part: Part) -> bool:
    return bool(part["status"] == "ok")


def database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("The database does not answer: %s", error)
        return {"status": "down", "words": "The database does not answer."}
    return {"status": "ok"}


def messages() -> Part:
    if broker.answers(current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT), BROKER_TIMEOUT):
        return {"status": "ok"}
    return {"status": "down", "words": "The broker does not answer: work waits for the next beat."}


def beat(now: datetime) -> Part:
    """Beat is late when even its most frequent task has missed several turns."""
    last = PeriodicTask.objects.aggregate(last=Max("last_run_at"))["last"]
    if last is None:
        return {"status": "never", "last_run_at": None, "words": "The schedule has not run yet."}
    if now - last > BEAT_GRACE + BEATS_MISSED * shortest_interval():
        return {"status": "late", "last_run_at": last, "words": "The schedule has stopped: is celery beat running?"}
    return {"status": "ok", "last_run_at": last}


def shortest_interval() -> timedelta:
    tasks = PeriodicTask.objects.filter(enabled=True, interval__isnull=False).select_related("interval")
    return min((task.interval.schedule.run_every for task in tasks), default=timedelta(days=1))


def channels(*, is_staff: bool) -> Part:
    """A provider that does not answer: its messages wait. Its words may name customers and accounts."""
    told = [
        f"{state.channel} does not work since {state.opened_at:%Y-%m-%d %H:%M} UTC: "
        + (state.last_error if is_staff else "the page of channels says why.")
        for state in ChannelState.objects.down()
    ]
    return {"status": "down", "words": " ".join(told)} if told else {"status": "ok"}


def touches(now: datetime) -> Part:
    """Work that is due with nobody working is an alarm, not a silence."""
    waiting = overdue(now)
    part = {"status": "ok", "overdue": waiting.count, "oldest_due_at": waiting.oldest_due_at}
    if waiting.oldest_due_at and now - waiting.oldest_due_at > LATE_AFTER:
        part |= {"status": "late", "words": "Messages are due and nobody sends them: is a worker running?"}
    return part


def mailbox(now: datetime) -> Part:
    """Replies that nobody reads are customers who wait in vain."""
    if Mailbox.objects.failing(now - MAILBOX_LATE_AFTER).exists():
        return {"status": "late", "words": "The mailbox that replies come to cannot be read: see the chains page."}
    return {"status": "ok"}
