from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Customer, Order

ORDERS_OFFERED = 20
ANSWER_WITHIN = dt.timedelta(hours=24)


class OrderField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=_("not about an order"), **kwargs)

    def label_from_instance(self, order: Any) -> str:
        day = date_format(timezone.localtime(order.placed_at), "SHORT_DATE_FORMAT")
        return f"{order.number} · {day} · {number_format(order.total, 2)} {order.currency}"


class ComplaintForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an agent notes while the customer is on the line."""

    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    promised_at = forms.DateTimeField(
        label=_("answer promised for"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("When you told the customer they would hear from you."),
    )

    class Meta:
        model = Case
        fields = ("kind", "severity", "subject", "order", "channel", "promised_at", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recent = customer.orders.order_by("-placed_at").values_list("pk", flat=True)[:ORDERS_OFFERED]
        orders = Order.objects.filter(pk__in=list(recent)).order_by("-placed_at")
        self.fields["order"] = OrderField(queryset=orders, required=False, label=_("order"))
        promised = timezone.localtime(timezone.now() + ANSWER_WITHIN).replace(minute=0, second=0, microsecond=0)
        self.fields["promised_at"].initial = promised

    def clean_promised_at(self) -> dt.datetime:
        promised: dt.datetime = self.cleaned_data["promised_at"]
        if promised <= timezone.now():
            raise ValidationError(_("Promise a moment that is still ahead."))
        return promised
