from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from chains.admin import chain_acts, health, incoming_notices, step_form
from chains.admin.chain_acts import overtaken, seen_in, staff
from chains.admin.chain_form import NEW, RULES, SHOWN_WHEN, form_of
from chains.admin.chain_history import HistoryPage
from chains.admin.chain_page import SAVED, asks_for_piece, page_pieces, part_of, renewed, with_faults
from chains.admin.one_off import one_off_view
from chains.admin.results import ResultsPages
from chains.admin.results_columns import ChainList, KindFilter, ResultColumns, today, with_results
from chains.admin.rules_to_read import RulesToRead, rule_in_words
from chains.definition import copying, pausing
from chains.definition.draft_history import ChangedMeanwhile, act
from chains.explain.entry_sentences import trigger_words
from chains.models import Chain, ChannelState
from chains.program.trigger import compiled_trigger, parse_trigger
from chains.ready.install import add_ready_chains, missing_ready_chains
from chains.ready.words import chain_words
from chains.stats.beginning import first_steps
from chains.stats.lateness import overdue
from chains.stats.steps import under_way
from crm.admin.conditional import conditional, fieldsets_to_read
from crm.admin.starters import StartersAdmin
from crm.admin.verb_buttons import Verb


@admin.register(Chain)
class ChainAdmin(RulesToRead, ResultColumns, HistoryPage, StartersAdmin, ResultsPages):
    list_display = ("name", "shown_status", "starts", "shown_under_way", *ResultColumns.RESULTS)
    list_filter = (KindFilter, ("status", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name__icontains",)
    autocomplete_fields = ("trigger_segment",)
    list_before_template = "chains/admin/chain_list_notices.html"
    change_form_template = "chains/admin/panel_form.html"
    add_form_template = "chains/admin/chain_new.html"
    rules = RULES
    audience_rule_in_words = rule_in_words("audience_rule", _("For whom"))
    goal_rule_in_words = rule_in_words("goal_rule", _("The goal is reached when"))
    exit_rule_in_words = rule_in_words("exit_rule", _("Leaves when"))

    class Media:
        # Forms of steps are shown on this page too, and of two such scripts a page would keep one.
        js = (conditional({**SHOWN_WHEN, **step_form.SHOWN_WHEN}),)

    def verbs(self) -> dict[str, Verb]:
        return {
            "pause": _pause,
            "archive": _archive,
            "duplicate": _duplicate,
            "let-in": _let_in,
            "discard": _discard,
            "stop-letting-in": _stop_letting_in,
        }

    def missing_starters(self, language: str) -> list[str]:
        return [chain_words(language, ready.key).name for ready in missing_ready_chains()]

    def add_starters(self, language: str, now: dt.datetime) -> list[str]:
        return add_ready_chains(language, now)

    def get_urls(self) -> list[URLPattern]:
        allow = self.admin_site.admin_view(incoming_notices.allow_view)
        once = self.admin_site.admin_view(one_off_view)
        return [
            *health.urls(self.admin_site.admin_view),
            path("allow-marketing/", allow, name="chains_allow_marketing"),
            path("one-off/", once, name="chains_one_off"),
            path("<int:chain_id>/act/", self.admin_site.admin_view(self.act_view), name="chains_chain_act"),
            path("<int:chain_id>/copy/", self.admin_site.admin_view(self.copy_view), name="chains_chain_copy"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        now = timezone.now()
        surged = Chain.objects.filter(surged_at__isnull=False).annotate(waiting=Count("entrants"))
        extra = {
            "late": overdue(now),
            "now": now,
            "surged": surged,
            "down": ChannelState.objects.down(),
            **incoming_notices.context(request, now),
            **health.notices(now),
            "left_to_begin": sum(not step.is_done for step in first_steps()),
        }
        extra |= extra_context or {}
        return super().changelist_view(request, extra)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The picture; a part of the chain's own settings is asked for and saved as a piece of that page."""
        chain = self.get_object(request, object_id)
        if chain is None:
            return super().change_view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]
        if not self.has_view_or_change_permission(request, chain):
            raise PermissionDenied
        if request.method == "POST" and self.has_change_permission(request, chain):
            return self._saved(request, chain)
        if request.method == "POST" or asks_for_piece(request):
            said = {"title": part_of(request).title, "subtitle": ""}
            return super().change_view(request, object_id, form_url, said)  # type: ignore[no-any-return]
        return self._page(request, chain, "chain", page_pieces(self, request, chain))

    def _saved(self, request: HttpRequest, chain: Chain) -> HttpResponse:
        """One act for the draft's history."""
        part = part_of(request)
        what = gettext("Changed: %(part)s") % {"part": part.title}
        try:
            with act(chain, staff(request), seen_in(request), what):
                answer = super().change_view(request, str(chain.pk), "", {"title": part.title, "subtitle": ""})
                if answer.status_code != SAVED:
                    return with_faults(answer)
        except ChangedMeanwhile as error:
            return overtaken(request, chain, str(error))
        return renewed(request, chain, what, "entry")

    def response_change(self, request: HttpRequest, obj: Chain) -> HttpResponse:
        return HttpResponse(status=SAVED)

    def response_add(self, request: HttpRequest, obj: Chain, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(self.page_of(obj))

    def log_change(self, request: HttpRequest, obj: Chain, message: Any) -> None:
        """What is done to a draft stands in its own history."""

    def act_view(self, request: HttpRequest, chain_id: int) -> HttpResponseBase:
        return chain_acts.act_view(request, self._chain(request, chain_id))

    def copy_view(self, request: HttpRequest, chain_id: int) -> HttpResponseBase:
        return chain_acts.copy_view(request, self._chain(request, chain_id, may_read=True))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was ever live has a history; it is archived instead."""
        is_draft = not isinstance(obj, Chain) or obj.version_id is None
        return is_draft and super().has_delete_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Chain | None = None) -> Any:
        if obj is None:
            return ((None, {"fields": NEW}),)
        part = part_of(request)
        fieldsets = ((None, {"fields": part.fields, "description": part.help}),)
        if self.has_change_permission(request, obj):
            return fieldsets
        return self.in_words(fieldsets_to_read(fieldsets, SHOWN_WHEN, obj))

    def get_form(self, request: HttpRequest, obj: Chain | None = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = form_of(flatten_fieldsets(self.get_fieldsets(request, obj)))
        return super().get_form(request, obj, change=change, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chain]:
        found: QuerySet[Chain] = super().get_queryset(request)
        return with_results(found.select_related("version", "trigger_segment", "draft_state"), today())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ChainList

    @display(
        description=_("status"),
        ordering="status",
        label={"live": "success", "paused": "warning", "draft": "info", "archived": "default"},
    )
    def shown_status(self, chain: Chain) -> tuple[str, str]:
        return chain.status, chain.get_status_display()

    @display(description=_("starts"))
    def starts(self, chain: Chain) -> str:
        return trigger_words(parse_trigger(compiled_trigger(chain)))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """All requests share this admin, so what one page counts goes with its rows."""
        changelist = super().get_changelist_instance(request)
        counts = under_way(changelist.result_list)
        for chain in changelist.result_list:
            chain.under_way = counts.get(chain.pk, 0)
        return changelist  # type: ignore[no-any-return]

    @display(description=_("under way"))
    def shown_under_way(self, chain: Chain) -> int:
        return chain.under_way  # type: ignore[attr-defined, no-any-return]


def _pause(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    pausing.pause(chain, at, request.user)  # type: ignore[arg-type]
    return gettext("Paused: nobody enters, goes on or is written to.")


def _archive(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    pausing.archive(chain, at)
    return gettext("Archived: everybody leaves it.")


def _let_in(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    count = pausing.let_in(chain, at)
    words = ngettext("%(count)d customer is let in.", "%(count)d customers are let in.", count)
    return words % {"count": count}


def _discard(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    count = pausing.discard(chain, at)
    words = ngettext("%(count)d customer will not enter.", "%(count)d customers will not enter.", count)
    return words % {"count": count}


def _stop_letting_in(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    count = pausing.stop_letting_in(chain)
    words = ngettext("%(count)d customer will not enter.", "%(count)d customers will not enter.", count)
    return words % {"count": count}


def _duplicate(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    copy = copying.duplicate(chain)
    return gettext("A copy was made as a draft: %(name)s") % {"name": copy}
