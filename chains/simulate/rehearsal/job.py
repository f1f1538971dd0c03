"""A rehearsal as a job of the worker: started from its page, watched while it runs, stopped on request."""

from __future__ import annotations

import datetime as dt
import time

from celery import current_app
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chains.definition.publishing import NotPublishable
from chains.models import Chain, Rehearsal
from chains.simulate.rehearsal.kept_samples import without_erased
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from chains.simulate.rehearsal.replica.replica import LiveSession
from crm.locks import prevent_merging

TASK = "chains.tasks.conduct_rehearsal"
TIME_LIMIT_SECONDS = 30 * 60
REPORT_EVERY_SECONDS = 1
RUNS_KEPT = 10


class RehearsalStopped(Exception):
    """Somebody stopped it, or it was silent for so long that it was taken for abandoned."""


class RehearsalTookTooLong(Exception):
    pass


def start(chain: Chain, period: RehearsalPeriod, now: dt.datetime, by: User | None = None) -> Rehearsal:
    """Have a worker rehearse the chain; returns the rehearsal already under way where there is one."""
    clear_up(chain, now)
    with transaction.atomic():
        asked = Rehearsal(
            chain=chain, first_on=period.first_on, last_on=period.last_on, asked_by=by, asked_at=now, heard_at=now
        )
        Rehearsal.objects.bulk_create([asked], ignore_conflicts=True)
        rehearsal = Rehearsal.objects.open().get(chain=chain)
        if rehearsal.status == Rehearsal.Status.WAITING:
            # Robust: with a dead broker it stays waiting, and another start sends it again.
            transaction.on_commit(lambda: _send(rehearsal.pk), robust=True)
    return rehearsal


def _send(pk: int) -> None:
    current_app.send_task(TASK, args=[pk], retry=False, ignore_result=True)


def clear_up(chain: Chain, now: dt.datetime) -> None:
    """Mark what a dead worker left running as failed, and delete all but the last few results."""
    _fail_abandoned(now)
    old = Rehearsal.objects.filter(chain=chain).values_list("pk", flat=True)[RUNS_KEPT:]
    Rehearsal.objects.filter(pk__in=list(old)).delete()


def _fail_abandoned(now: dt.datetime) -> None:
    trouble = _("The worker stopped before it was done. Start it again.")
    Rehearsal.objects.abandoned(now).update(status=Rehearsal.Status.FAILED, ended_at=now, trouble=trouble)


def stop(rehearsal: Rehearsal, now: dt.datetime) -> bool:
    """Whether there was anything to stop; the worker notices within a second or two."""
    mine = Rehearsal.objects.open().filter(pk=rehearsal.pk)
    return bool(mine.update(status=Rehearsal.Status.STOPPED, ended_at=now))


def run(pk: int) -> str:
    """Run the rehearsal, unless it ran already, and send the next one on its way; returns the final status."""
    status = _run(pk) if _begin(pk) else ""
    waiting = Rehearsal.objects.filter(status=Rehearsal.Status.WAITING).order_by("asked_at", "pk")
    if status and (next_pk := waiting.values_list("pk", flat=True).first()):
        _send(next_pk)
    return status


def _begin(pk: int) -> bool:
    """Whether it may run now. While another one runs it stays waiting, and the end of that one sends it again."""
    now = timezone.now()
    _fail_abandoned(now)
    try:
        with transaction.atomic():
            waiting = Rehearsal.objects.filter(pk=pk, status=Rehearsal.Status.WAITING)
            return bool(waiting.update(status=Rehearsal.Status.RUNNING, heard_at=now))
    except IntegrityError:
        return False


def _run(pk: int) -> str:
    rehearsal = Rehearsal.objects.select_related("chain").get(pk=pk)
    try:
        period = RehearsalPeriod.of(rehearsal.first_on, rehearsal.last_on, timezone.now())
        result = rehearse(rehearsal.chain, period, _ProgressReport(pk))
    except RehearsalStopped:
        return Rehearsal.Status.STOPPED
    except RehearsalTookTooLong:
        return _end(pk, Rehearsal.Status.FAILED, trouble=_("It took too long. Rehearse fewer days."))
    except (NotPublishable, ValueError) as error:
        return _end(pk, Rehearsal.Status.FAILED, trouble=str(error))
    except DatabaseError:
        _end(pk, Rehearsal.Status.FAILED, trouble=_("The database could not answer. Start it again."))
        raise
    with transaction.atomic():
        prevent_merging()
        return _end(pk, Rehearsal.Status.DONE, result=without_erased(result), share=1)


def _end(pk: int, status: str, **fields: object) -> str:
    running = Rehearsal.objects.filter(pk=pk, status=Rehearsal.Status.RUNNING)
    running.update(status=status, ended_at=timezone.now(), **fields)
    return status


class _ProgressReport:
    """Tells the page how far it is, and hears whether it is still rehearsal."""

    def __init__(self, pk: int) -> None:
        self._running = Rehearsal.objects.filter(pk=pk, status=Rehearsal.Status.RUNNING)
        self._end = time.monotonic() + TIME_LIMIT_SECONDS
        self._reported = 0.0

    def __call__(self, share: float, live_session: LiveSession) -> None:
        moment = time.monotonic()
        if moment > self._end:
            raise RehearsalTookTooLong
        if moment - self._reported < REPORT_EVERY_SECONDS:
            return
        self._reported = moment
        with live_session.active():
            if not self._running.all().update(share=share, heard_at=timezone.now()):
                raise RehearsalStopped
