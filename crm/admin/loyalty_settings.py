"""One page for all that holds for points, coupons and tiers together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from crm.admin.conditional import conditional
from crm.models import LoyaltySettings

Expiry = LoyaltySettings.Expiry
PAGE = "admin:crm_loyaltysettings_change"


class LoyaltySettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = LoyaltySettings
        fields = "__all__"  # noqa: DJ007  (the admin names them)

    class Media:
        js = (conditional({"expiry_months": [{"expiry": [Expiry.AGE, Expiry.INACTIVITY]}]}),)


@admin.register(LoyaltySettings)
class LoyaltySettingsAdmin(ModelAdmin):  # type: ignore[misc]
    form = LoyaltySettingsForm
    fieldsets = (
        (
            _("When points of an order come"),
            {
                "fields": (("return_days", "margin_days"),),
                "description": _(
                    "Counted from delivery, or from when a service was performed. A cancelled order brings none, and a "
                    "return takes back what was earned: spent points are then owed, and the next ones pay for them."
                ),
            },
        ),
        (
            _("Paying with points"),
            {
                "fields": (("point_value", "most_percent"),),
                "description": _("What tills are told, and what agents may spend for an order by phone."),
            },
        ),
        (
            _("When points expire"),
            {
                "fields": (("expiry", "expiry_months"),),
                "description": _(
                    "Nothing is lost sooner than a whole period after this is chosen. Pending points never expire. "
                    "Two weeks before, chains can warn: “points expire soon”."
                ),
            },
        ),
        (
            _("Tiers"),
            {
                "fields": (("tier_basis", "tier_notice_days"),),
                "description": _(
                    "A customer rises the night after reaching a tier, and leaves one only after this notice."
                ),
            },
        ),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        LoyaltySettings.objects.get_or_create(pk=1)
        return HttpResponseRedirect(reverse(PAGE, args=[1]))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {"title": _("Loyalty settings"), "show_save_and_add_another": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: LoyaltySettings, form: Any, change: bool) -> None:
        """A new rule of expiry begins now: the first points end a whole period later."""
        if {"expiry", "expiry_months"} & set(form.changed_data):
            obj.expiry_since = None if obj.expiry == Expiry.NEVER else timezone.now()
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        self.message_user(request, _("The settings are saved."))
        return HttpResponseRedirect(reverse(PAGE, args=[obj.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
