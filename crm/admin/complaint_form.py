from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Customer, Order


def orders_of(customer: Customer) -> QuerySet[Order]:
    return customer.orders.order_by("-placed_at", "-pk")


class OrderField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "empty_label": _("not about an order")})

    def label_from_instance(self, order: Any) -> str:
        day = date_format(timezone.localtime(order.placed_at), "SHORT_DATE_FORMAT")
        return f"{order.number} · {day} · {number_format(order.total, 2)} {order.currency}"


class ComplaintForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an agent notes while the customer is on the line."""

    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    promised_at = forms.DateTimeField(
        label=_("answer promised for"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
        help_text=_("When you told the customer they would hear from you. Empty: as the settings say."),
    )

    class Meta:
        model = Case
        fields = ("kind", "severity", "subject", "order", "channel", "promised_at", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"] = OrderField(queryset=orders_of(customer), required=False, label=_("order"))

    def clean_promised_at(self) -> dt.datetime | None:
        promised: dt.datetime | None = self.cleaned_data["promised_at"]
        if promised and promised <= timezone.now():
            raise ValidationError(_("Promise a moment that is still ahead."))
        return promised
