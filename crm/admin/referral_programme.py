"""One page for the programme of recommendations: what both get, and when it counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from crm.admin.conditional import conditional
from crm.admin.history import HistoryAdmin
from crm.models import ReferralProgramme, ReferralReward

WITH_VALUE = [ReferralReward.POINTS.value, ReferralReward.PERCENT.value, ReferralReward.AMOUNT.value]
SHOWN_WHEN = {
    "recommender_value": [{"recommender_kind": WITH_VALUE}],
    "recommender_gift": [{"recommender_kind": [ReferralReward.GIFT.value]}],
    "friend_value": [{"friend_kind": WITH_VALUE}],
    "friend_gift": [{"friend_kind": [ReferralReward.GIFT.value]}],
}


class ReferralProgrammeForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        """Each reward has what it needs; what does not belong to it is dropped."""
        facts = super().clean() or self.cleaned_data
        for whose in ("recommender", "friend"):
            self._check_reward(facts, whose)
        return facts

    def _check_reward(self, facts: dict[str, Any], whose: str) -> None:
        kind, value = facts.get(f"{whose}_kind"), facts.get(f"{whose}_value")
        if kind not in WITH_VALUE:
            facts[f"{whose}_value"] = None
        elif f"{whose}_value" not in self.errors and (problem := _problem(kind, value)):
            self.add_error(f"{whose}_value", problem)
        if kind != ReferralReward.GIFT:
            facts[f"{whose}_gift"] = ""
        elif not facts.get(f"{whose}_gift"):
            self.add_error(f"{whose}_gift", gettext("Say what the gift is."))


def _problem(kind: str, value: Decimal | None) -> str:
    if value is None or value <= 0:
        return gettext("Say how much.")
    if kind == ReferralReward.PERCENT and value > 100:
        return gettext("No more than 100 %.")
    if kind == ReferralReward.POINTS and value != value.to_integral_value():
        return gettext("Points are whole numbers.")
    return ""


@admin.register(ReferralProgramme)
class ReferralProgrammeAdmin(HistoryAdmin, ModelAdmin):  # type: ignore[misc]
    form = ReferralProgrammeForm
    fieldsets = (
        (
            None,
            {
                "fields": ("is_on",),
                "description": _(
                    "Every customer has a code and a link of their own to pass on. Letters ask for a recommendation "
                    "at the right moments: switch on the ready chains for it, too."
                ),
            },
        ),
        (
            _("What both get"),
            {
                "fields": (
                    "recommender_kind",
                    "recommender_value",
                    "recommender_gift",
                    "friend_kind",
                    "friend_value",
                    "friend_gift",
                    "is_friend_welcomed",
                    "coupon_days",
                ),
            },
        ),
        (
            _("When it counts"),
            {
                "fields": ("counts_at", "minimum", "window_days", "most_a_month"),
                "description": _(
                    "Only the first order of somebody new counts. Nobody brings themselves, a customer, or one who "
                    "brought them; what is doubtful waits for you among the recommendations and is never rewarded "
                    "unseen. If the order comes back later, what was not used of the reward is taken back."
                ),
            },
        ),
        (_("What is forwarded"), {"fields": ("words", "examples_url", "contact")}),
    )

    class Media:
        js = (conditional(SHOWN_WHEN),)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(self._own_page())

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {"title": _("Recommendations: the programme"), "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        self.message_user(request, _("The programme is saved."))
        return HttpResponseRedirect(self._own_page())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _own_page(self) -> str:
        programme, _is_new = ReferralProgramme.objects.get_or_create(pk=1)
        return reverse("admin:crm_referralprogramme_change", args=[programme.pk])
