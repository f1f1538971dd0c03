from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from crm.admin.customer_page import url_of
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.loyalty.coupon_codes import normalise
from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.coupon_wording import CouponState, coupon_state, in_short
from crm.models import Coupon, Customer, PointsEntry
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
KINDS = {PointsEntry.Kind.ACCRUAL: "success", PointsEntry.Kind.SPENDING: "info", PointsEntry.Kind.EXPIRY: "warning"}


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
class CouponAdmin(ReadOnlyAdmin):
    list_display = (
        "shown_code",
        "shown_customer",
        "offer",
        "shown_standing",
        "sent_on",
        "last_day",
        "order",
    )
    list_select_related = ("customer", "order", "category", "product")
    list_filter = (
        CouponStateFilter,
        ("kind", ChoicesDropdownFilter),
        ("issued_at", RangeDateTimeFilter),
        ("redeemed_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    ordering = ("-issued_at",)
    show_full_result_count = False
    search_fields = ("code",)
    search_help_text = _("Code, as it was read out; or order number")
    fields = ("code", "customer", "offer", "state", "issued_at", "sent_at", "redeemed_at", "order")
    readonly_fields = ("offer", "state")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Coupon], search_term: str
    ) -> tuple[QuerySet[Coupon], bool]:
        """Codes are found however they are typed."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(code=normalise(term)) | queryset.filter(order__number=term), False

    @display(description=_("code"))
    def shown_code(self, coupon: Coupon) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', coupon.code)

    @display(description=_("customer"))
    def shown_customer(self, coupon: Coupon) -> str:
        return _link(coupon.customer)

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
        return _day(day_of(coupon.sent_at)) if coupon.sent_at else None

    @display(description=_("last day"), ordering="expires_at")
    def last_day(self, coupon: Coupon) -> str | None:
        return _day(last_day(coupon.expires_at)) if coupon.expires_at else None


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
    )
    list_select_related = ("customer", "order")
    list_filter = (("kind", ChoicesDropdownFilter), ("occurred_at", RangeDateTimeFilter))
    list_filter_submit = True
    ordering = ("-occurred_at", "-pk")
    show_full_result_count = False
    search_fields = ("order__number__startswith",)
    search_help_text = _("Order number")
    fields = ("occurred_at", "customer", "kind", "signed_points", "unspent", "last_day", "reason", "order")
    readonly_fields = ("signed_points", "last_day")

    @display(description=_("customer"))
    def shown_customer(self, entry: PointsEntry) -> str:
        return _link(entry.customer)

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
        is_given = entry.kind == PointsEntry.Kind.ACCRUAL
        return number_format(entry.unspent, force_grouping=True) if is_given else None

    @display(description=_("last day"), ordering="expires_at")
    def last_day(self, entry: PointsEntry) -> str | None:
        return _day(last_day(entry.expires_at)) if entry.expires_at else None


def _day(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _link(customer: Customer) -> str:
    """Broken between words alone, so that its column keeps the width of the longest."""
    link = '<a class="enc-link enc-words" href="{}">{}</a>'
    return format_html(link, url_of(customer.pk), customer)
