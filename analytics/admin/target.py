"""Targets one by one: set by hand, set by a press on the page of what if, changed, given up and taken up again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from analytics.admin.target_chart import target_chart
from analytics.admin.target_form import NewTargetForm, TargetForm, TargetNoteForm
from analytics.admin.target_lines import target_line
from analytics.admin.target_press import all_targets, set_by_press, what_if_again
from analytics.admin.target_wording import shown
from analytics.models import Target
from analytics.targets.figures import FIGURES, read_days
from analytics.targets.progress import Progress
from analytics.targets.setting import give_up, take_up_again
from crm.admin.history import HistoryAdmin
from crm.admin.verb_buttons import Verb, VerbAdmin

SHOWN = ("figure", "start", "wanted_in_words")


@admin.register(Target)
class TargetAdmin(HistoryAdmin, VerbAdmin):
    change_form_outer_before_template = "analytics/admin/target_panel.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            path("set/", self.admin_site.admin_view(self.set_view), name="analytics_target_set"),
            *super().get_urls(),
        ]

    def verbs(self) -> dict[str, Verb]:
        return {"give-up": _give_up, "take-up-again": _take_up_again}

    def page_of(self, subject: Model) -> str:
        return all_targets()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was wanted once is kept, whatever became of it."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(all_targets())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Target]:
        targets: QuerySet[Target] = super().get_queryset(request)
        return targets.select_related("set_by")

    def get_fields(self, request: HttpRequest, obj: Target | None = None) -> list[Any]:
        if obj is None:
            return ["figure", ("wanted_as", "wanted"), "due_on", "note"]
        return [SHOWN[:2], "wanted", "due_on", "note"] if self._may_move(request, obj) else [SHOWN, "due_on", "note"]

    def get_readonly_fields(self, request: HttpRequest, obj: Target | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return SHOWN if self._may_move(request, obj) else (*SHOWN, "due_on")

    def get_form(
        self, request: HttpRequest, obj: Target | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Target]]:
        kwargs["form"] = (
            NewTargetForm if obj is None else TargetForm if self._may_move(request, obj) else TargetNoteForm
        )
        found: type[forms.ModelForm[Target]] = super().get_form(request, obj, change, **kwargs)
        return found

    def save_model(self, request: HttpRequest, target: Target, form: Any, change: bool) -> None:
        if not change:
            target.set_by_id = request.user.pk
        super().save_model(request, target, form, change)

    def response_post_save_add(self, request: HttpRequest, obj: Target) -> HttpResponseRedirect:
        return HttpResponseRedirect(all_targets())

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        target = self.get_object(request, object_id) if object_id else None
        panel = _panel(target) if target else {}
        return super().changeform_view(request, object_id, form_url, panel | (extra_context or {}))  # type: ignore[no-any-return]

    def set_view(self, request: HttpRequest) -> HttpResponse:
        """What the page of what if shows becomes the target by one press, however often it is pressed."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        set_by_press(request)
        return HttpResponseRedirect(what_if_again(request))

    @display(description=gettext_lazy("Value at the start"))
    def start(self, target: Target) -> str:
        return f"{shown(target.figure, target.start_value)}, {date_format(target.starts_on)}"

    @display(description=gettext_lazy("Wanted value"))
    def wanted_in_words(self, target: Target) -> str:
        return shown(target.figure, target.wanted_value)

    def _may_move(self, request: HttpRequest, target: Target) -> bool:
        is_current = not target.given_up_at and not target.reached_on and target.due_on >= timezone.localdate()
        return is_current and self.has_change_permission(request, target)


def _panel(target: Target) -> dict[str, Any]:
    """How far it has come, and its course; today's value is no row yet."""
    today, course = timezone.localdate(), dict(target.readings.values_list("day", "value"))
    value: Decimal | None = course[max(course)] if course else target.start_value
    if target.given_up_at is None and target.due_on >= today:
        value = read_days([today])[0][target.figure]
        course |= {today: value} if value is not None else {}
    return {
        "line": target_line(target, value, today),
        "chart": target_chart(target, course) if course else None,
        "definition": FIGURES[Target.Figure(target.figure)].definition,
        "progress_definition": Progress.definition,
    }


def _give_up(request: HttpRequest, target: Target, at: dt.datetime) -> str:
    give_up(target, at)
    return _("The target is given up. It stays in the list and can be taken up again.")


def _take_up_again(request: HttpRequest, target: Target, at: dt.datetime) -> str:
    take_up_again(target)
    return _("The target is taken up again.")
