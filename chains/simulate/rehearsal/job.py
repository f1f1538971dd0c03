"""A rehearsal asked for on its page: started once, watched while it runs, stopped when somebody says so."""

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
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from chains.simulate.rehearsal.replica.session import Outside

TASK = "chains.tasks.conduct_rehearsal"
LONGEST_SECONDS = 30 * 60
TELL_EVERY_SECONDS = 1
KEPT = 10


class Stopped(Exception):
    """Somebody stopped it, or it was taken for abandoned."""


class RehearsalTookTooLong(Exception):
    pass


def ask(chain: Chain, period: RehearsalPeriod, now: dt.datetime, by: User | None = None) -> Rehearsal:
    """Have the chain rehearsed by a worker; one that is under way already is answered instead."""
    settle(chain, now)
    with transaction.atomic():
        made = Rehearsal(
            chain=chain, first_on=period.first_on, last_on=period.last_on, asked_by=by, asked_at=now, heard_at=now
        )
        Rehearsal.objects.bulk_create([made], ignore_conflicts=True)
        wanted = Rehearsal.objects.open().get(chain=chain)
        if wanted.status == Rehearsal.Status.WAITING:
            # Robust: with a dead broker it waits, and asking again sends it again.
            transaction.on_commit(lambda: _send(wanted.pk), robust=True)
    return wanted


def _send(pk: int) -> None:
    current_app.send_task(TASK, args=[pk], retry=False, ignore_result=True)


def settle(chain: Chain, now: dt.datetime) -> None:
    """What a worker that died left behind has failed; of what was told before, the last few are kept."""
    _bury(now)
    old = Rehearsal.objects.filter(chain=chain).values_list("pk", flat=True)[KEPT:]
    Rehearsal.objects.filter(pk__in=list(old)).delete()


def _bury(now: dt.datetime) -> None:
    trouble = _("The worker stopped before it was done. Start it again.")
    Rehearsal.objects.abandoned(now).update(status=Rehearsal.Status.FAILED, ended_at=now, trouble=trouble)


def stop(rehearsal: Rehearsal, now: dt.datetime) -> bool:
    """The worker hears of it within a second or two."""
    mine = Rehearsal.objects.open().filter(pk=rehearsal.pk)
    return bool(mine.update(status=Rehearsal.Status.STOPPED, ended_at=now))


def conduct(pk: int) -> str:
    """Run what was asked for, once, and then what waited for it to end; returns its status in the end."""
    status = _conduct(pk) if _begin(pk) else ""
    waiting = Rehearsal.objects.filter(status=Rehearsal.Status.WAITING).order_by("asked_at", "pk")
    if status and (following := waiting.values_list("pk", flat=True).first()):
        _send(following)
    return status


def _begin(pk: int) -> bool:
    """Whether its turn has come; while another one runs, it waits, and whoever runs that one sends it again."""
    now = timezone.now()
    _bury(now)
    try:
        with transaction.atomic():
            waiting = Rehearsal.objects.filter(pk=pk, status=Rehearsal.Status.WAITING)
            return bool(waiting.update(status=Rehearsal.Status.RUNNING, heard_at=now))
    except IntegrityError:
        return False


def _conduct(pk: int) -> str:
    rehearsal = Rehearsal.objects.select_related("chain").get(pk=pk)
    try:
        period = RehearsalPeriod.of(rehearsal.first_on, rehearsal.last_on, timezone.now())
        result = rehearse(rehearsal.chain, period, _Watch(pk))
    except Stopped:
        return Rehearsal.Status.STOPPED
    except RehearsalTookTooLong:
        return _end(pk, Rehearsal.Status.FAILED, trouble=_("It took too long. Rehearse fewer days."))
    except (NotPublishable, ValueError) as error:
        return _end(pk, Rehearsal.Status.FAILED, trouble=str(error))
    except DatabaseError:
        _end(pk, Rehearsal.Status.FAILED, trouble=_("The database could not answer. Start it again."))
        raise
    return _end(pk, Rehearsal.Status.DONE, result=result, share=1)


def _end(pk: int, status: str, **told: object) -> str:
    running = Rehearsal.objects.filter(pk=pk, status=Rehearsal.Status.RUNNING)
    running.update(status=status, ended_at=timezone.now(), **told)
    return status


class _Watch:
    """Tells the page how far it is, and hears whether it is still wanted."""

    def __init__(self, pk: int) -> None:
        self._running = Rehearsal.objects.filter(pk=pk, status=Rehearsal.Status.RUNNING)
        self._end = time.monotonic() + LONGEST_SECONDS
        self._told = 0.0

    def __call__(self, share: float, outside: Outside) -> None:
        moment = time.monotonic()
        if moment > self._end:
            raise RehearsalTookTooLong
        if moment - self._told < TELL_EVERY_SECONDS:
            return
        self._told = moment
        with outside.again():
            if not self._running.all().update(share=share, heard_at=timezone.now()):
                raise Stopped
