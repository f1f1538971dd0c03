"""An order taken by phone or over the counter, placed by staff as any door would."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.admin.conditional import conditional
from crm.admin.customer_page import url_of
from crm.admin.moment_field import moment_field, past_moment
from crm.admin.order_lines import NewLines, options, products_like, typed_lines
from crm.admin.verb_buttons import colleagues_at_work
from crm.models import Customer, Order, Product
from crm.orders.catalogue import LineData
from crm.orders.placing import place
from crm.shop_currency import shop_currency

SOURCE = "staff"


# What a job done for somebody has, and goods have not.
SHOWN_WHEN = {"appointment_at": [{"kind": [Product.Kind.SERVICE]}]}


class NewOrderForm(forms.Form):
    number = forms.CharField(label=_("order number"), max_length=100)
    kind = forms.ChoiceField(label=_("kind"), choices=Product.Kind.choices)
    placed_at = moment_field(_("placed at"), help_text=_("Empty: now."))
    promised_at = moment_field(_("promised for"))
    appointment_at = moment_field(_("appointment or departure"))
    responsible = forms.ModelChoiceField(label=_("responsible"), queryset=User.objects.none(), required=False)
    discount = forms.DecimalField(label=_("discount"), min_value=0, max_digits=14, decimal_places=2, required=False)
    coupon_code = forms.CharField(label=_("coupon"), max_length=64, required=False)
    receipt_url = forms.URLField(label=_("receipt link"), max_length=200, required=False, assume_scheme="https")

    class Media:
        js = (conditional(SHOWN_WHEN),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = colleagues_at_work()  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if Order.objects.filter(number=number).exists():
            raise ValidationError(_("An order of this number exists already."))
        return number

    def clean_placed_at(self) -> dt.datetime:
        return past_moment(self.cleaned_data["placed_at"])


def new_order_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    if not request.user.has_perms(["crm.view_customer", "crm.change_order"]):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    data = request.POST if request.method == "POST" else None
    form = NewOrderForm(data, initial={"number": proposed_number(), "kind": Product.Kind.GOODS})
    lines = NewLines(data, prefix="lines", form_kwargs={"empty_permitted": True, "use_required_attribute": False})
    if data is not None and form.is_valid() and lines.is_valid():
        try:
            order = _place(customer, form.cleaned_data, typed_lines(lines))
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("The order is placed."))
            return HttpResponseRedirect(reverse("admin:crm_order_change", args=[order.pk]))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": gettext("New order") + f" · {customer}",
        "customer": customer,
        "form": form,
        "lines": lines,
        "back": url_of(customer.pk),
        "products": options(products_like("")),
        "currency": shop_currency(),
    }
    return TemplateResponse(request, "crm/admin/order_form.html", context, status=400 if data is not None else 200)


def proposed_number() -> str:
    start = f"H-{timezone.localdate().year}-"
    count = Order.objects.filter(number__startswith=start).count() + 1
    while Order.objects.filter(number=f"{start}{count}").exists():
        count += 1
    return f"{start}{count}"


def _place(customer: Customer, facts: dict[str, Any], lines: list[LineData]) -> Order:
    facts["discount"] = facts["discount"] or Decimal(0)
    return place(customer=customer, lines=lines, source=SOURCE, **facts)
