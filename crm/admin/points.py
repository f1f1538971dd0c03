from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from crm.admin.coupon import customer_link, short_day
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.liability import liability
from crm.models import PointsEntry
from crm.shop_currency import shop_currency

KINDS = {
    PointsEntry.Kind.ACCRUAL: "success",
    PointsEntry.Kind.REFUND: "success",
    PointsEntry.Kind.SPENDING: "info",
    PointsEntry.Kind.REVERSAL: "warning",
    PointsEntry.Kind.EXPIRY: "warning",
}


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "occurred_at",
        "shown_customer",
        "shown_kind",
        "signed_points",
        "shown_unspent",
        "last_day",
        "reason",
        "order",
        "by",
    )
    list_select_related = ("customer", "order", "by")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("by", RelatedDropdownFilter),
        ("occurred_at", RangeDateTimeFilter),
        ("expires_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_before_template = "crm/admin/points_liability.html"
    ordering = ("-occurred_at", "-pk")
    show_full_result_count = False
    search_fields = ("order__number__startswith",)
    search_help_text = _("Order number")
    fields = (
        "occurred_at",
        "customer",
        "kind",
        "signed_points",
        "unspent",
        "owed",
        "last_day",
        "reason",
        "order",
        "by",
    )
    readonly_fields = ("signed_points", "owed", "last_day")

    @display(description=_("customer"))
    def shown_customer(self, entry: PointsEntry) -> str:
        return customer_link(entry.customer)

    @display(description=_("kind"), label=KINDS)
    def shown_kind(self, entry: PointsEntry) -> tuple[str, str]:
        return entry.kind, entry.get_kind_display()

    @display(description=_("points"), ordering="points")
    def signed_points(self, entry: PointsEntry) -> str:
        sign = "+" if entry.points > 0 else "−"  # noqa: RUF001
        return f"{sign}{number_format(abs(entry.points), force_grouping=True)}"

    @display(description=_("left of them"), ordering="unspent")
    def shown_unspent(self, entry: PointsEntry) -> str | None:
        """Of what was spent or expired nothing can be left."""
        is_given = entry.kind in PointsEntry.CAME
        return number_format(entry.unspent, force_grouping=True) if is_given else None

    @display(description=_("last day"), ordering="expires_at")
    def last_day(self, entry: PointsEntry) -> str | None:
        return short_day(last_day(entry.expires_at)) if entry.expires_at else None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What the shop owes stands above the ledger, for whoever answers for it."""
        extra = extra_context or {}
        if request.method == "GET" and request.user.has_perm("crm.view_loyaltysettings"):
            extra |= {"liability": liability(timezone.now()), "currency": shop_currency()}
        return super().changelist_view(request, extra)  # type: ignore[no-any-return]
