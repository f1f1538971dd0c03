"""Recommendations: who brought whom, what is doubtful about it, and what a person decides."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.admin.day_range_filter import DayRangeFilter
from crm.admin.referral_customer import asked_view, customer_view, noted_view
from crm.admin.referral_period import ReferralPeriodForm
from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.figures.wording import money, percent
from crm.models import Coupon, PointsEntry, Referral
from crm.referrals import figures
from crm.referrals.reviewing import approve, refuse

TONES = {
    Referral.Status.JOINED: "info",
    Referral.Status.HELD: "info",
    Referral.Status.REVIEW: "warning",
    Referral.Status.REWARDED: "success",
    Referral.Status.REVERSED: "danger",
    Referral.Status.VOID: "default",
}


@admin.register(Referral)
class ReferralAdmin(VerbAdmin):
    list_display = ("joined_at", "recommender", "friend", "standing", "doubtful", "came_by", "order", "rewarded_at")
    list_select_related = ("recommender", "friend", "order")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("came_by", ChoicesDropdownFilter),
        ("joined_at", DayRangeFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-joined_at", "-pk")
    search_fields = (
        "recommender__last_name__istartswith",
        "friend__last_name__istartswith",
        "order__number__startswith",
    )
    search_help_text = _("Last name or order number")
    change_form_outer_before_template = "crm/admin/referral_panel.html"
    list_before_template = "crm/admin/referral_links.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("recommenders/", wrap(self.recommenders_view), name="crm_referral_recommenders"),
            path("customer/<int:customer_id>/", wrap(customer_view), name="crm_referral_customer"),
            path("customer/<int:customer_id>/asked/", wrap(asked_view), name="crm_referral_asked"),
            path("customer/<int:customer_id>/noted/", wrap(noted_view), name="crm_referral_noted"),
            *super().get_urls(),
        ]

    def verbs(self) -> dict[str, Verb]:
        return {"approve": _approve, "refuse": _refuse}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Referral]:
        found: QuerySet[Referral] = super().get_queryset(request)
        return found.select_related("recommender", "friend", "order", "reviewed_by", "noted_by")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of it stands in the panel above."""
        return []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are noted on the customer's own page of recommendations."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """It is read, and decided by buttons: there is nothing to save."""
        if request.method == "POST":
            raise PermissionDenied
        given = _given(object_id) if object_id and object_id.isdecimal() else {}
        hidden = {"show_save": False, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**given, **hidden, **(extra_context or {})})  # type: ignore[no-any-return]

    def recommenders_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReferralPeriodForm(request.GET or None)
        start, end = form.bounds(timezone.now())
        rows = [_row(one) for one in figures.recommenders(start, end)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Who recommends the shop"),
            "subtitle": _("Recommendations"),
            "form": form,
            "rows": rows,
            "total": _cells(figures.total(start, end)),
        }
        return TemplateResponse(request, "crm/admin/recommenders.html", context)

    @display(description=_("state"), label=TONES)
    def standing(self, referral: Referral) -> tuple[str, str]:
        return referral.status, referral.get_status_display()

    @display(description=_("doubts"))
    def doubtful(self, referral: Referral) -> str:
        return ", ".join(referral.doubt_words)


def _approve(request: HttpRequest, referral: Referral, at: dt.datetime) -> str:
    approve(referral, by=cast("User", request.user), at=at)
    return gettext("Approved: both are rewarded when the order counts.")


def _refuse(request: HttpRequest, referral: Referral, at: dt.datetime) -> str:
    refuse(referral, by=cast("User", request.user), at=at)
    return gettext("Refused: nobody is rewarded.")


def _given(object_id: str) -> dict[str, Any]:
    """What both got, by the keys of the rewards."""
    key = f"referral:{object_id[:18]}:"
    return {
        "points_given": PointsEntry.objects.filter(key__startswith=key).select_related("customer").order_by("pk"),
        "coupons_given": Coupon.objects.filter(key__startswith=key).select_related("customer").order_by("pk"),
    }


def _row(one: figures.Recommender) -> dict[str, Any]:
    return {"customer": one.customer, "asked": one.figures.asked, **_cells(one.figures)}


def _cells(found: figures.ReferralFigures) -> dict[str, Any]:
    return {
        "forwarded": found.forwarded,
        "visited": found.visited,
        "joined": found.joined,
        "ordered": found.ordered,
        "revenue": money(found.revenue),
        "points": found.points,
        "discounts": money(found.discounts),
        "conversion": percent(found.conversion),
    }
