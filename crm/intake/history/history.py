"""A shop's past, and what its webhooks missed, fetched by its REST API page by page.

One step is one request. A worker claims a run, asks the shop with no transaction open, and keeps what came together
with where the next page is: killed anywhere, the run goes on exactly there. Objects are kept as deliveries, as the
shop's webhooks bring them, and applied by the same worker.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from requests_hardened import HTTPSession

from crm.intake import deliveries
from crm.intake.history.asking import Refused, TryLater, ask_shop
from crm.intake.history.page import Page
from crm.intake.history.shops import can_be_asked, shop_of
from crm.intake.history.what_rings import split
from crm.models import FetchRun

FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(hours=1)
MOST_DOUBLINGS = 12
# Up to so much is added to each wait, so that runs which failed together do not come back together.
JITTER_PERCENT = 25


def fetch_next(now: dt.datetime, http: HTTPSession) -> bool:
    """Make the next request of the run that waits longest; False where none is due."""
    run = _claim(now)
    if run is None:
        return False
    try:
        page = _ask(run, http, now)
    except Refused as why:
        _settle(run, status=FetchRun.Status.STOPPED, reason=str(why)[:500])
    except TryLater as why:
        _settle(
            run,
            status=FetchRun.Status.PAUSED,
            reason=str(why)[:500],
            failures=run.failures + 1,
            due_at=now + wait_after(run.failures + 1, why.wait),
        )
    else:
        _keep(run, page, now)
    return True


def wait_after(failures: int, asked: dt.timedelta | None) -> dt.timedelta:
    """What the shop asked for, or twice as long after each failure in a row; and a little, by chance."""
    wait = asked if asked is not None else min(FIRST_WAIT * 2 ** min(failures - 1, MOST_DOUBLINGS), LONGEST_WAIT)
    return wait * (100 + secrets.randbelow(JITTER_PERCENT + 1)) / 100


@transaction.atomic
def _claim(now: dt.datetime) -> FetchRun | None:
    due = FetchRun.objects.due(now).select_related("source").order_by("due_at", "pk")
    run = due.select_for_update(of=("self",), skip_locked=True).first()
    if run:
        run.status, run.claimed_at = FetchRun.Status.RUNNING, now
        run.save(update_fields=["status", "claimed_at"])
    return run


def _ask(run: FetchRun, http: HTTPSession, now: dt.datetime) -> Page:
    if not can_be_asked(run.source):
        raise Refused(_("The address of the shop or the key of its API is missing."))
    shop = shop_of(run.source)
    try:
        answer = ask_shop(shop.question(run), http, now)
    except Refused as why:
        if detour := shop.detour(run, why.status):
            return detour
        raise
    try:
        return shop.read(run, answer)
    except ValueError as unreadable:
        raise TryLater(str(unreadable)) from unreadable


@transaction.atomic
def _keep(run: FetchRun, page: Page, now: dt.datetime) -> None:
    """Nothing, where somebody stopped the run or took it over meanwhile: the page is asked for again."""
    if not _settle(run, **_after(run, page, now)):
        return
    current, historic = split(run, page.objects, now)
    deliveries.keep_all(run.source, current, now)
    deliveries.keep_all(run.source, historic, now, is_historic=True)


def _after(run: FetchRun, page: Page, now: dt.datetime) -> dict[str, Any]:
    """What the row says once this page is kept."""
    told = {run.resource: page.total} if page.total is not None else {}
    values = {
        "fetched": {**run.fetched, run.resource: run.fetched.get(run.resource, 0) + page.listed},
        "totals": run.totals | told,
        "cursor": page.cursor or {},
        "failures": 0,
        "reason": "",
        "due_at": now + page.pause,
    }
    if page.cursor is None:
        values |= _next_resource(run, now)
    return values


def _next_resource(run: FetchRun, now: dt.datetime) -> dict[str, Any]:
    """Only a run that is through has caught up: with everything until it began."""
    resources = FetchRun.Resource.values
    place = resources.index(run.resource) + 1
    if place < len(resources):
        return {"resource": resources[place]}
    return {"status": FetchRun.Status.DONE, "finished_at": now, "caught_up_at": run.started_at}


def _settle(run: FetchRun, **values: Any) -> bool:
    """Let go of the run with these values, unless it is no longer this worker's."""
    own = FetchRun.objects.filter(pk=run.pk, claimed_at=run.claimed_at)
    return own.update(claimed_at=None, **values) == 1
