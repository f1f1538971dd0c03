from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from crm.intake.deliveries import try_again
from crm.models import Delivery, ExchangeRate
from crm.orders.exchange import apply_rate


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("currency", "day", "rate")
    list_filter = ("currency",)
    ordering = ("currency", "-day")
    show_full_result_count = False

    def save_model(self, request: HttpRequest, known: ExchangeRate, form: Any, change: bool) -> None:
        """Orders of its days are counted at it, and those that waited for it are applied."""
        super().save_model(request, known, form, change)
        count = apply_rate(known)
        try_again(Delivery.objects.filter(status=Delivery.Status.WAITING), timezone.now())
        if count:
            messages.info(request, gettext("Orders counted anew: %(count)d.") % {"count": count})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Orders were counted at it; a wrong one is corrected."""
        return False
