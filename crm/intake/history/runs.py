"""Beginning to fetch from a shop, stopping, and going on; once an hour what its webhooks may have missed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from crm.events import ring_on_commit, wake
from crm.intake.history.asking import NoAnswer, ask_shop
from crm.intake.history.shops import SHOPS, can_be_asked, shop_of
from crm.models import FetchRun, Source
from crm.outbound_http import session

BELL = "crm.tasks.fetch_from_shops"
CATCH_UP_EVERY = dt.timedelta(hours=1)
# The shop's clock may be slow, and a change may be written some time after its moment.
OVERLAP = dt.timedelta(hours=1)
# Whoever pressed the button waits for it.
PROBE_SECONDS = 8


def bring_in_past(source: Source, now: dt.datetime) -> None:
    """Begin at the first page, after a look whether everything may be read. ValueError says in words why not."""
    _check(source, now)
    if not _begin(source, FetchRun.Purpose.PAST, now):
        raise ValueError(_("Its past is being brought in already."))


def stop(source: Source) -> None:
    runs = FetchRun.objects.filter(source=source, purpose=FetchRun.Purpose.PAST, status__in=FetchRun.OPEN)
    if not runs.update(status=FetchRun.Status.STOPPED, claimed_at=None, reason=""):
        raise ValueError(_("Nothing is being brought in."))


def go_on(source: Source, now: dt.datetime) -> None:
    """From where it was stopped, after a look whether that is mended."""
    _check(source, now)
    runs = FetchRun.objects.filter(source=source, purpose=FetchRun.Purpose.PAST, status=FetchRun.Status.STOPPED)
    if not runs.update(status=FetchRun.Status.WAITING, due_at=now, failures=0, reason=""):
        raise ValueError(_("Nothing was stopped."))
    ring_on_commit(ring)


def begin_catching_up(now: dt.datetime) -> int:
    """Begin for each shop that can be asked what changed, an hour after the last time; how many began."""
    kinds = [kind for kind, shop in SHOPS.items() if shop.has_changes]
    lately = Q(purpose=FetchRun.Purpose.CHANGES) & (
        Q(started_at__gt=now - CATCH_UP_EVERY) | Q(status__in=FetchRun.OPEN)
    )
    resting = FetchRun.objects.filter(lately).values("source")
    sources = Source.objects.open().filter(kind__in=kinds).exclude(pk__in=resting)
    return sum(
        _begin(source, FetchRun.Purpose.CHANGES, now, _changed_since(source))
        for source in sources
        if can_be_asked(source)
    )


def ring() -> None:
    wake(BELL)


def _check(source: Source, now: dt.datetime) -> None:
    if not can_be_asked(source):
        raise ValueError(_("Enter the address of the shop and the key of its API first, and save."))
    try:
        with session(PROBE_SECONDS) as http:
            for resource in FetchRun.Resource.values:
                ask_shop(shop_of(source).probe(source, resource), http, now)
    except NoAnswer as why:
        raise ValueError(str(why)) from why


def _changed_since(source: Source) -> dt.datetime:
    """Since the last run that came through; before the first, since the source was connected."""
    last: dt.datetime | None = source.fetch_runs.aggregate(last=Max("caught_up_at"))["last"]
    return (last or source.created_at) - OVERLAP


def _begin(source: Source, purpose: str, now: dt.datetime, changed_since: dt.datetime | None = None) -> bool:
    """False where one is under way: of two who begin at once, one does."""
    begun: dict[str, Any] = {
        "status": FetchRun.Status.WAITING,
        "resource": FetchRun.Resource.CUSTOMERS,
        "cursor": {},
        "fetched": {},
        "totals": {},
        "changed_since": changed_since,
        "reason": "",
        "failures": 0,
        "started_at": now,
        "finished_at": None,
        "due_at": now,
        "claimed_at": None,
    }
    run, is_new = FetchRun.objects.get_or_create(source=source, purpose=purpose, defaults=begun)
    is_begun = is_new or FetchRun.objects.closed().filter(pk=run.pk).update(**begun) == 1
    if is_begun:
        ring_on_commit(ring)
    return is_begun
