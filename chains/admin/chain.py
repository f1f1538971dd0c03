from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from chains import copying, publishing, share
from chains.admin.tree import drawn
from chains.arms import arms
from chains.engine.lateness import overdue
from chains.health import problems
from chains.models import Chain
from chains.tally import tally, under_way
from chains.wording import trigger_sentence
from crm.admin.verbs import VerbAdmin
from crm.models import Shop

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

    from crm.admin.verbs import Verb

BY_EVENT, BY_DATE = "trigger == 'event'", "trigger != 'event' && trigger != 'last_order'"


class ChainForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("trigger") == Chain.Trigger.EVENT:
            if not given.get("trigger_event"):
                self.add_error("trigger_event", _("Choose the event that starts the chain."))
            elif given["trigger_event"] == Chain.CUSTOM_EVENT and not given.get("custom_event"):
                self.add_error("custom_event", _("Say which event."))
        if given.get("trigger") == Chain.Trigger.LAST_ORDER and (given.get("trigger_days") or 0) < 1:
            self.add_error("trigger_days", _("Say how many days after the last order."))
        if given.get("goal") == Chain.Goal.SEGMENT and not given.get("goal_segment"):
            self.add_error("goal_segment", _("Choose the segment that is the goal."))
        return given


@admin.register(Chain)
class ChainAdmin(VerbAdmin):
    form = ChainForm
    list_display = ("name", "shown_status", "starts", "shown_under_way", "priority")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name__icontains",)
    ordering = ("priority", "name")
    autocomplete_fields = ("audience", "goal_segment", "exit_segment", "categories")
    warn_unsaved_form = True
    list_before_template = "chains/admin/lateness.html"
    change_form_outer_before_template = "chains/admin/chain_panel.html"
    actions_submit_line = ("save_and_publish",)
    fieldsets = (
        (None, {"fields": ("name", "description")}),
        (
            _("Who enters and when"),
            {
                "fields": (
                    "trigger",
                    ("trigger_event", "custom_event"),
                    ("trigger_days", "trigger_hour"),
                    ("order_kind", "categories"),
                    "audience",
                    ("re_entry", "re_entry_days"),
                )
            },
        ),
        (
            _("When it ends"),
            {"fields": (("goal", "goal_segment"), ("exit_segment", "exit_on_cancel", "exit_on_reply"), "priority")},
        ),
        (_("Does it cause anything?"), {"fields": ("control_share",)}),
    )
    conditional_fields = {
        "trigger_event": BY_EVENT,
        "custom_event": f"{BY_EVENT} && trigger_event == 'custom'",
        "trigger_days": "trigger != 'event'",
        "trigger_hour": BY_DATE,
        "re_entry_days": "re_entry == 'after_days'",
        "goal_segment": "goal == 'segment'",
    }

    def verbs(self) -> dict[str, Verb]:
        return {"pause": _pause, "resume": _resume, "archive": _archive, "duplicate": _duplicate}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        now = timezone.now()
        extra = {"late": overdue(now), "now": now, **(extra_context or {})}
        self._under_way: dict[int, int] = {}
        return super().changelist_view(request, extra)  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        chain = self.get_object(request, object_id) if object_id else None
        extra = {**(_panel(chain) if chain else {}), **(extra_context or {})}
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
        try:
            version = publishing.publish(obj, timezone.now(), request.user)  # type: ignore[arg-type]
        except publishing.NotPublishable:
            messages.warning(request, gettext("Saved, but not published: see what stands in the way."))
        else:
            words = gettext("Published as version %(number)d.") % {"number": version.number}
            messages.success(request, words)
        return HttpResponseRedirect(self.page_of(obj))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chain]:
        found: QuerySet[Chain] = super().get_queryset(request)
        return found.select_related("version", "audience").prefetch_related("categories")

    @display(
        description=_("status"),
        ordering="status",
        label={"live": "success", "paused": "warning", "draft": "info", "archived": "default"},
    )
    def shown_status(self, chain: Chain) -> tuple[str, str]:
        return chain.status, chain.get_status_display()

    @display(description=_("starts"))
    def starts(self, chain: Chain) -> str:
        return trigger_sentence(chain)

    @display(description=_("under way"))
    def shown_under_way(self, chain: Chain) -> int:
        if chain.pk not in self._under_way:
            self._under_way = dict.fromkeys(Chain.objects.values_list("pk", flat=True), 0) | under_way(
                Chain.objects.all()
            )
        return self._under_way[chain.pk]


def _panel(chain: Chain) -> dict[str, Any]:
    """What the page says above the form: how it runs, what stands in the way, what became of each step."""
    shop, counts, sent = Shop.load(), tally(chain), share.of_chain(chain, timezone.now())
    found = problems(chain, shop)
    running = chain.version.program if chain.version else None
    return {
        "problems": found,
        "counts": counts,
        "arms": arms(chain),
        "share": sent,
        "share_goal": shop.useful_share,
        "is_share_low": sent.is_below(shop.useful_share),
        "tree": drawn(chain, counts.steps),
        "trigger_words": trigger_sentence(chain),
        "is_changed": running is not None and not found and publishing.compiled(chain, shop) != running,
    }


def _pause(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    publishing.pause(chain, at)
    return gettext("Paused: nobody enters, goes on or is written to.")


def _resume(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    publishing.resume(chain, at)
    return gettext("It goes on. Messages that came too late meanwhile are dropped.")


def _archive(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    publishing.archive(chain, at)
    return gettext("Archived: everybody leaves it.")


def _duplicate(request: HttpRequest, chain: Chain, at: dt.datetime) -> str:
    copy = copying.duplicate(chain)
    return gettext("A copy was made as a draft: %(name)s") % {"name": copy}
