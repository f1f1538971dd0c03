from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from chains.admin import health, incoming_notices
from chains.admin.chain_form import FIELDSETS, SHOWN_WHEN, ChainForm
from chains.admin.one_off import one_off_view
from chains.admin.test_order import TestOrderPages
from chains.admin.tree import drawn
from chains.definition import copying, pausing, publishing
from chains.explain.entry_sentences import ending_sentence, entry_sentence, trigger_words
from chains.models import Chain, ChannelState
from chains.program.program import parse
from chains.program.trigger import compiled_trigger, parse_trigger
from chains.ready.install import add_ready_chains, missing_ready_chains
from chains.ready.words import chain_words
from chains.stats import service_share
from chains.stats.control_group import control_effect
from chains.stats.entrants import waiting_entrants
from chains.stats.lateness import overdue
from chains.stats.light import lights
from chains.stats.steps import chain_stats, under_way
from crm.admin.conditional import conditional, fieldsets_to_read
from crm.admin.starters import StartersAdmin
from crm.admin.verb_buttons import Verb
from crm.models import Shop


@admin.register(Chain)
class ChainAdmin(StartersAdmin, TestOrderPages):
    form = ChainForm
    list_display = ("name", "shown_status", "starts", "shown_under_way", "priority")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name__icontains",)
    ordering = ("priority", "name")
    autocomplete_fields = ("trigger_segment",)
    warn_unsaved_form = True
    list_before_template = "chains/admin/chain_list_notices.html"
    change_form_outer_before_template = "chains/admin/chain_panel.html"
    actions_submit_line = ("save_and_publish",)
    fieldsets = (*FIELDSETS, (_("Does it cause anything?"), {"fields": ("control_share",)}))

    class Media:
        js = (conditional(SHOWN_WHEN),)

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
            **health.beginning(request),
        }
        extra |= extra_context or {}
        return super().changelist_view(request, extra)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        chain = self.get_object(request, object_id) if object_id else None
        extra = {**(_panel(request, chain) if chain else {}), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was ever live has a history; it is archived instead."""
        is_draft = not isinstance(obj, Chain) or obj.version_id is None
        return is_draft and super().has_delete_permission(request, obj)

    @action(description=_("Save and publish"), permissions=["change"])
    def save_and_publish(self, request: HttpRequest, chain: Chain) -> None:
        """Steps are saved after the chain itself, so publishing waits for the answer."""
        request.publishes = True  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: Chain) -> HttpResponse:
        if not getattr(request, "publishes", False):
            return super().response_change(request, obj)  # type: ignore[no-any-return]
        return HttpResponseRedirect(reverse("admin:chains_chain_publish", args=[obj.pk]))

    def get_fieldsets(self, request: HttpRequest, obj: Chain | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return fieldsets_to_read(fieldsets, SHOWN_WHEN, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chain]:
        found: QuerySet[Chain] = super().get_queryset(request)
        return found.select_related("version", "trigger_segment")

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


def _panel(request: HttpRequest, chain: Chain) -> dict[str, Any]:
    """What the page says above the form: how it runs, what stands in the way, what became of each step."""
    now = timezone.now()
    shop, counts, sent = Shop.load(), chain_stats(chain), service_share.of_chain(chain, now)
    launch = health.launch_context(request, chain, now)
    may_launch = launch["launch"].may_launch
    running = chain.version.program if chain.version else None
    draft = parse(0, chain.pk, publishing.compiled_entry(chain))
    return {
        **launch,
        "counts": counts,
        "light": lights([chain], shop, now).get(chain.pk),
        "effect": control_effect(chain, now),
        "share": sent,
        "share_goal": shop.useful_share,
        "is_share_low": sent.is_below(shop.useful_share),
        "tree": drawn(chain, counts.steps),
        "entry_words": entry_sentence(draft),
        "ending_words": ending_sentence(draft),
        "door": waiting_entrants(chain),
        "is_changed": running is not None and may_launch and publishing.compiled(chain, shop) != running,
    }


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
