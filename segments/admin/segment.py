from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.admin.export import may_export
from crm.admin.history import HistoryAdmin
from crm.admin.starters import StartersAdmin
from crm.models import Customer
from segments.admin.members_file import members_file_view
from segments.admin.pages import compare_view, grid_view
from segments.admin.preview import count_view, values_view
from segments.admin.sparkline import sparkline
from segments.admin.starting_point import initial_values
from segments.admin.why import why_view
from segments.describe import sentence_of
from segments.models import Membership, Segment, SegmentSize
from segments.query_timeout import SCREEN_LIMIT
from segments.refresh import refresh
from segments.rule_field import RuleField
from segments.starters import add_starter_segments, missing_starters
from segments.uses import AnyUser, uses, visible

SIZE_DAYS = 90


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    rule = RuleField(label=_("Rule"))

    class Meta:
        model = Segment
        fields = ("name", "description", "rule", "is_active")
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(field := self.fields.get("rule"), RuleField):
            field.own_segment = self.instance.pk


@admin.register(Segment)
class SegmentAdmin(StartersAdmin, HistoryAdmin):
    form = SegmentForm
    history_wording = {"rule": sentence_of}
    list_display = ("name", "description", "members", "state", "refreshed_at")
    search_fields = ("name__icontains",)
    list_per_page = 50
    ordering = ("name",)
    actions = ("refresh_now",)
    list_before_template = "segments/admin/list_links.html"
    change_form_before_template = "segments/admin/segment_panel.html"

    def missing_starters(self, language: str) -> list[str]:
        return [starter.name for starter in missing_starters(language)]

    def add_starters(self, language: str, now: dt.datetime) -> list[str]:
        return add_starter_segments(language, now)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("count/", wrap(count_view), name="segments_segment_count"),
            path("grid/", wrap(grid_view), name="segments_segment_grid"),
            path("compare/", wrap(compare_view), name="segments_segment_compare"),
            path("<int:segment_id>/members.<str:extension>", wrap(members_file_view), name="segments_segment_file"),
            path("values/", wrap(values_view), name="segments_segment_values"),
            path("<int:segment_id>/why/", wrap(why_view), name="segments_segment_why"),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new segment may begin as a copy of another, or of a cell of the RFM grid."""
        return initial_values(request.GET) or super().get_changeform_initial_data(request)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return ("name", "description", "rule" if may_edit else "sentence", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("sentence",)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = _panel(object_id, request.user) | (extra_context or {})
        return super().changeform_view(request, object_id, form_url, context)  # type: ignore[no-any-return]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], Any]:
        """The segments, and how many stays of members go along: of these there may be millions, and no right of their
        own is needed. What a rule names keeps its segment as a foreign key would, though the database knows none there.
        """
        chosen = list(objs)
        stays = Membership.objects.filter(segment__in=chosen).count()
        counts = {Segment._meta.verbose_name_plural: len(chosen), Membership._meta.verbose_name_plural: stays}
        return [str(one) for one in chosen], counts, set(), _needing([one.pk for one in chosen], request)

    def save_model(self, request: HttpRequest, obj: Segment, form: SegmentForm, change: bool) -> None:
        if change:
            _save_edited(obj)
        else:
            obj.save()
        if obj.is_active:
            transaction.on_commit(lambda: refresh(obj, timezone.now(), SCREEN_LIMIT), robust=True)

    @admin.action(description=_("Find the members now"), permissions=["change"])
    def refresh_now(self, request: HttpRequest, chosen: QuerySet[Segment]) -> None:
        outcomes = [refresh(segment, timezone.now(), SCREEN_LIMIT) for segment in chosen]
        done = sum(outcome is not None and not outcome.is_broken for outcome in outcomes)
        words = ngettext("Members of %(done)s segment found.", "Members of %(done)s segments found.", done)
        self.message_user(request, words % {"done": done}, messages.SUCCESS if done else messages.WARNING)
        if done < len(outcomes):
            self.message_user(request, _("The others are broken or still being counted."), messages.WARNING)

    @display(description=_("rule"))
    def sentence(self, segment: Segment) -> str:
        return sentence_of(segment.rule)

    @display(description=_("members"), ordering="members_count")
    def members(self, segment: Segment) -> str:
        return format_html('<a href="{}">{}</a>', members_address(segment), segment.members_count)

    @display(
        description=_("state"),
        label={"broken": "danger", "counting": "warning", "off": "info", "fresh": "success"},
    )
    def state(self, segment: Segment) -> tuple[str, Any]:
        if segment.broken_reason:
            return "broken", _("broken")
        if not segment.is_active:
            return "off", _("off")
        return ("fresh", _("up to date")) if segment.refreshed_at else ("counting", _("being counted"))


def _save_edited(segment: Segment) -> None:
    """Save only what differs: a refresh may have counted the members since the page was opened.

    Compared with the row as it is, not with the form: going back to an old version changes nothing on its form.
    """
    stored = Segment.objects.get(pk=segment.pk)
    edited = [name for name in SegmentForm.Meta.fields if getattr(segment, name) != getattr(stored, name)]
    if "rule" in edited:
        segment.refreshed_at = segment.checked_at = None
        segment.broken_reason = ""
        edited += ["refreshed_at", "checked_at", "broken_reason"]
    if "is_active" in edited:
        segment.seen = None
        edited.append("seen")
    if edited:
        segment.save(update_fields=edited)


def members_address(segment: Segment) -> str:
    chosen = urlencode({"segment__id__exact": segment.pk, "stay": "now"})
    return f"{reverse('admin:segments_membership_changelist')}?{chosen}"


def _needing(pks: list[int], request: HttpRequest) -> list[str]:
    """What must be changed before these segments may go, as links for whoever may follow them."""
    found = {use: None for needing in uses(pks).values() for use in needing}
    seen = visible(found, request.user)
    return [format_html('<a href="{}">{}</a>', one.address, one.label) if one in seen else one.label for one in found]


def _panel(object_id: str | None, user: AnyUser) -> dict[str, Any]:
    if object_id is None or not object_id.isdecimal() or len(object_id) > 18:
        return {}
    segment = Segment.objects.filter(pk=object_id).first()
    if segment is None:
        return {}
    since = timezone.localdate() - dt.timedelta(days=SIZE_DAYS)
    sizes = SegmentSize.objects.filter(segment=segment, day__gte=since).order_by("day")
    return {
        "segment": segment,
        "members_address": members_address(segment),
        "copy_address": f"{reverse('admin:segments_segment_add')}?{urlencode({'copy': segment.pk})}",
        "size_line": sparkline(list(sizes.values_list("day", "members_count"))),
        "size_days": SIZE_DAYS,
        "may_export": may_export(user, Customer),
        "uses": visible(uses([segment.pk]).get(segment.pk, []), user),
    }
