"""Tiers and what they bring."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from crm.admin.customer_tier import members_address
from crm.models import Tier, TierReward


class TierRewardInline(TabularInline):  # type: ignore[misc]
    model = TierReward
    fields = ("kind", "words", "opens_task")
    extra = 0
    verbose_name_plural = _("what it brings")


@admin.register(Tier)
class TierAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "threshold", "times", "rewards_in_words", "members_count")
    fields = ("name", ("threshold", "times"))
    inlines = (TierRewardInline,)
    ordering = ("threshold",)
    show_full_result_count = False
    list_before_template = "crm/admin/tiers_intro.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tier]:
        tiers: QuerySet[Tier] = super().get_queryset(request)
        current = Q(members__customer__merged_into=None)
        return tiers.prefetch_related("rewards").annotate(people=Count("members", filter=current))

    @display(description=_("what it brings"))
    def rewards_in_words(self, tier: Tier) -> str:
        return ", ".join(reward.words for reward in tier.rewards.all()) or "—"

    @display(description=_("customers"), ordering="people")
    def members_count(self, tier: Any) -> str:
        return format_html('<a class="enc-link" href="{}">{}</a>', members_address(tier), tier.people)
