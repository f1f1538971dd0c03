"""What was done to a chain, in words: who, when, what was and what is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from chains.admin.chain_page import asks_for_piece
from chains.admin.numbers import number_in
from chains.explain.version_differences import Written, differences
from chains.models import Chain, ChainDraftState, ChainVersion

SHOWN = 15


class Told(NamedTuple):
    at: dt.datetime
    by: User | None
    what: str
    differences: list[str]
    version: int = 0


class HistoryPage(ModelAdmin):  # type: ignore[misc]
    """Django's own would tell of saved forms; here it is told of acts on the draft and of versions published."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        chain = self.get_object(request, object_id)
        if chain is None:
            raise Http404
        if not self.has_view_or_change_permission(request, chain):
            raise PermissionDenied
        context = {"chain": chain, **history_context(chain, number_in(request.GET, "before"))}
        if asks_for_piece(request):
            return TemplateResponse(request, "chains/admin/history.html", context)
        context |= {**self.admin_site.each_context(request), "title": str(chain)}
        return TemplateResponse(request, "chains/admin/history_page.html", context)


def history_context(chain: Chain, before: int = 0) -> dict[str, Any]:
    """The newest acts, or those before the state of this number; one more is read, for what it was before."""
    states = chain.draft_states.filter(pk__lte=chain.draft_state_id or 0).select_related("by").order_by("-pk")
    found = list((states.filter(pk__lt=before) if before else states)[: SHOWN + 1])
    has_older = len(found) > SHOWN
    told = [*_acts(chain, found), *_publishings(chain, found, is_newest=not before, has_older=has_older)]
    return {
        "told": sorted(told, key=lambda one: one.at, reverse=True),
        "older": found[SHOWN - 1].pk if has_older else 0,
        "is_newest": not before,
    }


def _acts(chain: Chain, states: list[ChainDraftState]) -> Iterator[Told]:
    """What a draft was before its first act is no act."""
    olders = [*states, None][1:]
    for state, older in list(zip(states, olders, strict=True))[:SHOWN]:
        if state.what:
            was = Written(older.content, None) if older else None
            yield Told(state.at, state.by, state.what, differences(chain, was, Written(state.content, None)))


def _publishings(chain: Chain, states: list[ChainDraftState], *, is_newest: bool, has_older: bool) -> Iterator[Told]:
    """Those of the time that these states are of."""
    versions = chain.versions.select_related("published_by")
    if not is_newest and states:
        versions = versions.filter(published_at__lt=_end(chain, states[0]))
    if has_older:
        versions = versions.filter(published_at__gte=_end(chain, states[SHOWN]))
    for version in versions:
        yield _published(version)


def _end(chain: Chain, state: ChainDraftState) -> dt.datetime:
    """When the draft ceased to stand so."""
    return ChainDraftState.objects.after(state).values_list("at", flat=True)[0]


def _published(version: ChainVersion) -> Told:
    words = _("Published as version %(number)d.") % {"number": version.number}
    return Told(version.published_at, version.published_by, words, [], version.number)
