from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from crm.admin.verbs import ReadOnlyAdmin
from crm.loyalty.codes import normalise
from crm.loyalty.wording import in_short
from crm.models import Coupon, PointsEntry

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin):
    list_display = ("code", "customer", "offer", "issued_at", "sent_at", "expires_at", "redeemed_at", "order")
    list_select_related = ("customer", "order", "category", "product")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("issued_at", RangeDateTimeFilter),
        ("redeemed_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    ordering = ("-issued_at",)
    show_full_result_count = False
    search_fields = ("code",)
    search_help_text = _("Code, as it was read out; or order number")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Coupon], search_term: str
    ) -> tuple[QuerySet[Coupon], bool]:
        """Codes are found however they are typed."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(code=normalise(term)) | queryset.filter(order__number=term), False

    @display(description=_("offer"))
    def offer(self, coupon: Coupon) -> str:
        return in_short(coupon)


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "customer", "kind", "points", "unspent", "expires_at", "reason", "order")
    list_select_related = ("customer", "order")
    list_filter = (("kind", ChoicesDropdownFilter), ("occurred_at", RangeDateTimeFilter))
    list_filter_submit = True
    ordering = ("-occurred_at", "-pk")
    show_full_result_count = False
    search_fields = ("order__number__startswith",)
    search_help_text = _("Order number")
