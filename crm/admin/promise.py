"""The register of promises: what is promised, how it is proved, who answers for it, and which cases broke it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.admin.history import HistoryAdmin
from crm.admin.starters import StartersAdmin
from crm.admin.verb_buttons import colleagues
from crm.figures.periods import months_before
from crm.figures.wording import percent
from crm.models import Case, Promise, PromiseBreach
from crm.service.promises import PromiseCount, by_month, kept_and_broken, note_breach, take_back_breach
from crm.service.ready_promises import add_ready_promises, missing_promises
from crm.timezones import day_of, start_of

MONTHS, SHOWN = 6, 50
TREND = dt.timedelta(days=30)


@admin.register(Promise)
class PromiseAdmin(HistoryAdmin, StartersAdmin):
    list_display = ("words", "owner", "measure", "is_active", "place")
    list_select_related = ("owner",)
    list_before_template = "crm/admin/promise_list.html"
    change_form_outer_before_template = "crm/admin/promise_panel.html"
    fields = (
        "words",
        ("proof", "proof_url"),
        "measure",
        "complaint_words",
        "owner",
        ("is_active", "place"),
    )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("register/", wrap(self.register_view), name="crm_promise_register"),
            path("case/<int:case_id>/", wrap(self.breach_view), name="crm_promise_breach"),
            *super().get_urls(),
        ]

    def missing_starters(self, language: str) -> list[str]:
        return missing_promises(language)

    def add_starters(self, language: str, now: dt.datetime) -> list[str]:
        return add_ready_promises(language)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What is promised no longer is no longer given; its past stays."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, **colleagues(db_field)})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        promise = int(object_id) if object_id and object_id.isdecimal() and len(object_id) < 19 else 0
        broken = PromiseBreach.objects.filter(promise=promise)
        breaches = {"breaches": broken.select_related("case").order_by("-noted_at")[:SHOWN]}
        return super().changeform_view(request, object_id, form_url, breaches | (extra_context or {}))  # type: ignore[no-any-return]

    def register_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Promises"),
            "subtitle": _("Which were kept"),
            **_register(timezone.now()),
        }
        return TemplateResponse(request, "crm/admin/promise_register.html", context)

    def breach_view(self, request: HttpRequest, case_id: int) -> HttpResponse:
        """A case broke a promise, or it was noted by mistake."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        agent = request.user
        if not isinstance(agent, User) or not agent.has_perm("crm.add_promisebreach"):
            raise PermissionDenied
        case = get_object_or_404(Case, pk=case_id)
        named = request.POST.get("promise", "")
        promise = Promise.objects.filter(pk=named).first() if named.isdecimal() and len(named) < 19 else None
        if promise is None:
            messages.error(request, gettext("Choose the promise."))
        elif request.POST.get("action") == "take_back":
            _take_back(request, case, promise)
        else:
            note_breach(case, promise, by=agent, at=timezone.now())
            messages.success(request, gettext("Noted: this promise was broken."))
        return HttpResponseRedirect(reverse("admin:crm_case_change", args=[case.pk]) + "#promises")


def _take_back(request: HttpRequest, case: Case, promise: Promise) -> None:
    try:
        take_back_breach(case, promise)
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("Taken back: this promise was not broken here."))


def _register(now: dt.datetime) -> dict[str, Any]:
    first = day_of(now).replace(day=1)
    months = [months_before(first, back) for back in range(MONTHS)]
    found = by_month(start_of(months[-1]), now, now)
    lately, before = kept_and_broken(now - TREND, now, now), kept_and_broken(now - 2 * TREND, now - TREND, now)
    rows = [
        {
            "promise": promise,
            "share": percent(lately[promise.pk].share),
            "trend": _trend(lately[promise.pk], before[promise.pk]),
            "cells": [found[promise.pk].get(month, PromiseCount()) for month in months],
        }
        for promise in Promise.objects.given().select_related("owner")
    ]
    return {"months": months, "rows": rows}


def _trend(lately: PromiseCount, before: PromiseCount) -> str:
    """By how many per cent the share changed; by cases where nothing is counted."""
    if lately.share is None or before.share is None:
        return "" if lately.complaints == before.complaints else f"{before.complaints} → {lately.complaints}"
    return f"{percent(before.share)} → {percent(lately.share)}"
