"""A shop's past on the page of its source: beginning, stopping, and how far it is; and what is caught up hourly."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from crm.admin.verb_buttons import Verb
from crm.intake.history import runs
from crm.intake.history.shops import SHOPS, can_be_asked, shop_of
from crm.models import Delivery, FetchRun, Source


@dataclass(frozen=True)
class ResourceProgress:
    """`is_known` says that its first page is in."""

    name: StrOrPromise
    fetched: int
    total: int
    is_known: bool


@dataclass(frozen=True)
class KeptCount:
    """How many deliveries have this status; `query` finds them in their list."""

    status: str
    name: StrOrPromise
    count: int
    query: str


def past_of(source: Source) -> dict[str, Any]:
    """What the page tells of a shop's past; nothing of a source that has none."""
    if source.kind not in SHOPS:
        return {}
    by_purpose = {run.purpose: run for run in source.fetch_runs.all()}
    run = by_purpose.get(FetchRun.Purpose.PAST)
    kept = _kept(run) if run else []
    is_anything_waiting = any(one.status == Delivery.Status.WAITING for one in kept)
    return {
        "source": source,
        "run": run,
        "has_credentials": can_be_asked(source),
        "has_changes": shop_of(source).has_changes,
        "changes": by_purpose.get(FetchRun.Purpose.CHANGES),
        "progress": _progress(run) if run else [],
        "kept": kept,
        "is_moving": bool(run and (run.is_open or is_anything_waiting)),
    }


def past_view(request: HttpRequest, source_id: int) -> HttpResponse:
    """The part of the page that looks again by itself."""
    if not request.user.has_perm("crm.view_source"):
        raise PermissionDenied
    source = get_object_or_404(Source, pk=source_id, kind__in=SHOPS)
    context = {"past": past_of(source), "has_change_permission": request.user.has_perm("crm.change_source")}
    return TemplateResponse(request, "crm/admin/source_past.html", context)


def _progress(run: FetchRun) -> list[ResourceProgress]:
    return [
        ResourceProgress(
            resource.label,
            fetched := run.fetched.get(resource, 0),
            max(run.totals.get(resource, 0), fetched),
            resource in run.fetched,
        )
        for resource in FetchRun.Resource
    ]


def _kept(run: FetchRun) -> list[KeptCount]:
    """What became of the deliveries of this run, in one query."""
    kept = Delivery.objects.filter(source=run.source_id, is_historic=True, received_at__gte=run.started_at)
    counts = dict(kept.order_by().values_list("status").annotate(Count("pk")))
    query = {"source__id__exact": run.source_id, "is_historic__exact": 1}
    return [
        KeptCount(status, status.label, counts[status], urlencode(query | {"status__exact": status.value}))
        for status in Delivery.Status
        if status in counts
    ]


def _bring_in(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    runs.bring_in_past(source, at)
    return gettext("Its past is being brought in. This page shows how far it is.")


def _stop(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    runs.stop(source)
    return gettext("Stopped. What came so far stays; it can go on from here.")


def _go_on(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    runs.go_on(source, at)
    return gettext("It goes on where it was.")


PAST_VERBS: dict[str, Verb] = {"bring-in-past": _bring_in, "stop-past": _stop, "go-on-with-past": _go_on}
