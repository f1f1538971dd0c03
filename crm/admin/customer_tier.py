"""Who is in which tier, who will leave it, and whom a manager keeps there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from crm.admin.coupon import customer_link, short_day
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.loyalty.coupon_conditions import last_day
from crm.models import CustomerTier, Tier
from crm.timezones import day_of


@admin.register(CustomerTier)
class CustomerTierAdmin(ReadOnlyAdmin):
    list_display = ("shown_customer", "tier", "since_day", "last_day", "is_kept", "manage")
    list_display_links = None
    list_select_related = ("customer", "tier")
    list_filter = (
        ("tier", RelatedDropdownFilter),
        ("is_kept", BooleanRadioFilter),
        ("ends_at", RangeDateTimeFilter),
        ("since", RangeDateTimeFilter),
    )
    list_filter_submit = True
    ordering = ("-tier__threshold", "-since")
    show_full_result_count = False
    fields = ("customer", "tier", "since", "ends_at", "is_kept")

    @display(description=_("customer"))
    def shown_customer(self, standing: CustomerTier) -> str:
        return customer_link(standing.customer)

    @display(description=_("since"), ordering="since")
    def since_day(self, standing: CustomerTier) -> str:
        return short_day(day_of(standing.since))

    @display(description=_("last day, as they were told"), ordering="ends_at")
    def last_day(self, standing: CustomerTier) -> str | None:
        return short_day(last_day(standing.ends_at)) if standing.ends_at else None

    @display(description="")
    def manage(self, standing: CustomerTier) -> str:
        address = reverse("admin:crm_customer_loyalty", args=[standing.customer_id])
        return format_html('<a class="enc-link" href="{}">{}</a>', address, _("Points and coupons"))

    def has_module_permission(self, request: HttpRequest) -> Any:
        return request.user.has_perm("crm.view_customertier")


def members_address(tier: Tier) -> str:
    chosen = urlencode({"tier__id__exact": tier.pk})
    return f"{reverse('admin:crm_customertier_changelist')}?{chosen}"
