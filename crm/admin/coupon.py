from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from import_export.admin import ExportMixin
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.contrib.import_export.forms import ExportForm
from unfold.decorators import display

from crm.admin.coupon_desk import desk_view
from crm.admin.customer_page import url_of
from crm.admin.export import FORMATS, CouponResource
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.loyalty.coupon_codes import normalise
from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.coupon_wording import CouponState, coupon_state, in_short
from crm.models import Coupon, Customer
from crm.timezones import day_of

TONES = {
    CouponState.RUNNING: "success",
    CouponState.ENDLESS: "success",
    CouponState.UNSENT: "info",
    CouponState.OVER: "warning",
    CouponState.USED: "default",
}
IN_SHORT = {
    CouponState.RUNNING: _("valid"),
    CouponState.ENDLESS: _("valid"),
    CouponState.UNSENT: _("not sent yet"),
    CouponState.OVER: _("ended"),
    CouponState.USED: _("used"),
}


class CouponStateFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Coupon]) -> list[tuple[str, StrOrPromise]]:
        return [("valid", _("valid")), ("unsent", _("not sent yet")), ("used", _("used")), ("over", _("ended"))]

    def queryset(self, request: HttpRequest, coupons: QuerySet[Coupon]) -> QuerySet[Coupon]:
        now = timezone.now()
        match self.value():
            case "valid":
                return coupons & Coupon.objects.usable(now).exclude(pk__in=Coupon.objects.unsent())
            case "unsent":
                return coupons & Coupon.objects.unsent()
            case "used":
                return coupons.exclude(redeemed_at=None)
            case "over":
                return coupons.filter(expires_at__lte=now, redeemed_at=None)
        return coupons


@admin.register(Coupon)
class CouponAdmin(ExportMixin, ReadOnlyAdmin):  # type: ignore[misc]
    """Given by chains, by agents and in batches; what was redeemed by whom may be taken out as a file."""

    resource_classes = (CouponResource,)
    formats = FORMATS
    export_form_class = ExportForm
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    list_before_template = "crm/admin/coupons_links.html"
    list_display = (
        "shown_code",
        "shown_customer",
        "offer",
        "shown_standing",
        "sent_on",
        "last_day",
        "used_on",
        "order",
    )
    list_select_related = ("customer", "order", "category", "product", "batch")
    list_filter = (
        CouponStateFilter,
        ("kind", ChoicesDropdownFilter),
        ("batch", RelatedDropdownFilter),
        ("by", RelatedDropdownFilter),
        ("issued_at", RangeDateTimeFilter),
        ("redeemed_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    ordering = ("-issued_at",)
    show_full_result_count = False
    search_fields = ("code",)
    search_help_text = _("Code, as it was read out; or order number")
    fields = ("code", "batch", "customer", "by", "offer", "state", "issued_at", "sent_at", "redeemed_at", "order")
    readonly_fields = ("offer", "state")

    def get_urls(self) -> list[URLPattern]:
        desk = path("desk/", self.admin_site.admin_view(desk_view), name="crm_coupon_desk")
        return [desk, *super().get_urls()]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.add_couponbatch")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Coupon], search_term: str
    ) -> tuple[QuerySet[Coupon], bool]:
        """Codes are found however they are typed."""
        term = search_term.strip()
        if not term:
            return queryset, False
        code = normalise(term)
        return queryset.filter(Q(code=code) | Q(batch__code=code) | Q(order__number=term)), False

    @display(description=_("code"))
    def shown_code(self, coupon: Coupon) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', coupon.shown_code)

    @display(description=_("customer"))
    def shown_customer(self, coupon: Coupon) -> str:
        return customer_link(coupon.customer)

    @display(description=_("offer"))
    def offer(self, coupon: Coupon) -> str:
        return in_short(coupon)

    @display(description=_("state"), ordering="expires_at", label=TONES)
    def shown_standing(self, coupon: Coupon) -> tuple[CouponState, StrOrPromise]:
        known, _words = coupon_state(coupon, timezone.now())
        return known, IN_SHORT[known]

    @display(description=_("state"))
    def state(self, coupon: Coupon) -> str:
        return coupon_state(coupon, timezone.now())[1]

    @display(description=_("sent"), ordering="sent_at")
    def sent_on(self, coupon: Coupon) -> str | None:
        return short_day(day_of(coupon.sent_at)) if coupon.sent_at else None

    @display(description=_("used"), ordering="redeemed_at")
    def used_on(self, coupon: Coupon) -> str | None:
        return short_day(day_of(coupon.redeemed_at)) if coupon.redeemed_at else None

    @display(description=_("last day"), ordering="expires_at")
    def last_day(self, coupon: Coupon) -> str | None:
        return short_day(last_day(coupon.expires_at)) if coupon.expires_at else None


def short_day(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def customer_link(customer: Customer | None) -> str:
    """Broken between words alone, so that its column keeps the width of the longest."""
    if customer is None:
        return "—"
    link = '<a class="enc-link enc-words" href="{}">{}</a>'
    return format_html(link, url_of(customer.pk), customer)
