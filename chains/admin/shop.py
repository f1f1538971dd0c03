"""The settings page: the shop's own numbers, with what chains add to them, and what it all comes to in words."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import TabularInline

from chains.admin.settings_form import SettingsForm
from chains.explain.settings_sentences import effects, warnings
from chains.models import QuietHours, SegmentLimits
from chains.stats import service_share
from crm.admin.shop import ShopAdmin, quiet_weekdays_field
from crm.models import Channel, Shop


class SettingsInline(TabularInline):  # type: ignore[misc]
    """Whoever may change the settings may change its rows."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("crm.view_shop")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("crm.change_shop")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("crm.change_shop")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("crm.change_shop")


class QuietHoursInline(SettingsInline):
    model = QuietHours
    max_num = len(Channel)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "quiet_weekdays":
            return quiet_weekdays_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class SegmentLimitsInline(SettingsInline):
    model = SegmentLimits

    def get_queryset(self, request: HttpRequest) -> QuerySet[SegmentLimits]:
        limits: QuerySet[SegmentLimits] = super().get_queryset(request)
        return limits.select_related("segment")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        # They are read once a page: otherwise each row would ask for the segments anew.
        field.choices = list(field.choices)
        return field


admin.site.unregister(Shop)


@admin.register(Shop)
class SettingsAdmin(ShopAdmin):
    form = SettingsForm
    inlines = (QuietHoursInline, SegmentLimitsInline)
    change_form_outer_before_template = "chains/admin/settings_panel.html"

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The first and the last go with fields that no page of who may only read can have."""
        (head, letters), *middle, (name, options) = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return ((head, letters), *middle, (name, options))
        return (
            (head, {**letters, "fields": (*letters["fields"], ("logo_file", "no_logo"))}),
            *middle,
            (name, {**options, "fields": (*options["fields"], "seen_windows")}),
        )

    def save_model(self, request: HttpRequest, obj: Shop, form: Any, change: bool) -> None:
        form.keep_logo(cast(User, request.user))
        super().save_model(request, obj, form, change)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return super().changeform_view(request, object_id, form_url, {**_panel(), **(extra_context or {})})


def _panel() -> dict[str, Any]:
    """How customers are treated by the settings as saved, and how much of what they got was service."""
    shop, now = Shop.load(), timezone.now()
    limits = list(SegmentLimits.objects.select_related("segment"))
    shares = {"chain": service_share.of_chains(now), "segment": service_share.of_segments(now)}
    everything = service_share.of_shop(now)
    return {
        "effects": effects(shop, QuietHours.objects.all(), limits),
        "warnings": warnings(shop, limits),
        "shop_share": everything,
        "is_share_low": everything.is_below(shop.useful_share),
        "share_goal": shop.useful_share,
        "below": [
            (kind, name, found)
            for kind, group in shares.items()
            for name, found in group.items()
            if found.is_below(shop.useful_share)
        ],
    }
