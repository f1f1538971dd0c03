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

from crm.models import Customer, Order, Product
from crm.orders.catalogue import LineData
from crm.orders.placing import place

SOURCE = "staff"
LINES_OFFERED = 5
PRODUCTS_SUGGESTED = 500


def moment_field(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, **options)


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(is_staff=True, is_active=True).order_by("username")
        self.fields["responsible"].queryset = staff  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if Order.objects.filter(number=number).exists():
            raise ValidationError(_("An order of this number exists already."))
        return number

    def clean_placed_at(self) -> dt.datetime:
        now = timezone.now()
        placed_at: dt.datetime = self.cleaned_data["placed_at"] or now
        if placed_at > now:
            raise ValidationError(_("That moment is still ahead: note it when it has come."))
        return placed_at


class LineForm(forms.Form):
    sku = forms.CharField(
        label=_("SKU or name"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "products", "autocomplete": "off"}),
    )
    name = forms.CharField(label=_("name, if it is new"), max_length=300, required=False)
    quantity = forms.DecimalField(label=_("quantity"), min_value=Decimal("0.001"), max_digits=12, decimal_places=3)
    price = forms.DecimalField(
        label=_("price"),
        min_value=0,
        max_digits=14,
        decimal_places=4,
        required=False,
        help_text=_("Empty: as in the catalogue."),
    )

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if self.errors:
            return facts
        product = _product(facts["sku"])
        if product:
            facts["sku"] = product.sku
        elif not facts["name"]:
            self.add_error("name", gettext("This product is new: type its name."))
        if facts["price"] is None:
            facts["price"] = product.price if product else None
        if facts["price"] is None:
            self.add_error("price", gettext("The catalogue has no price for it: type one."))
        return facts


LineFormSet = forms.formset_factory(LineForm, extra=LINES_OFFERED, min_num=1, validate_min=True, max_num=100)


def new_order_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    if not request.user.has_perms(["crm.view_customer", "crm.change_order"]):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    data = request.POST if request.method == "POST" else None
    form = NewOrderForm(data, initial={"number": proposed_number(), "kind": Product.Kind.GOODS})
    lines = LineFormSet(data, prefix="lines", form_kwargs={"empty_permitted": True, "use_required_attribute": False})
    if data is not None and form.is_valid() and lines.is_valid():
        try:
            order = _place(customer, form.cleaned_data, [line.cleaned_data for line in lines if line.has_changed()])
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("The order is placed."))
            return HttpResponseRedirect(reverse("admin:crm_order_change", args=[order.pk]))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": gettext("New order"),
        "subtitle": str(customer),
        "customer": customer,
        "form": form,
        "lines": lines,
        "products": Product.objects.order_by("-pk").values_list("sku", "name")[:PRODUCTS_SUGGESTED],
    }
    return TemplateResponse(request, "crm/admin/by_hand.html", context, status=400 if data is not None else 200)


def proposed_number() -> str:
    start = f"H-{timezone.localdate().year}-"
    count = Order.objects.filter(number__startswith=start).count() + 1
    while Order.objects.filter(number=f"{start}{count}").exists():
        count += 1
    return f"{start}{count}"


def _place(customer: Customer, facts: dict[str, Any], lines: list[dict[str, Any]]) -> Order:
    facts["discount"] = facts["discount"] or Decimal(0)
    bought = [LineData(line["sku"], line["quantity"], line["price"], name=line["name"]) for line in lines]
    return place(customer=customer, lines=bought, source=SOURCE, **facts)


def _product(typed: str) -> Product | None:
    by_sku = Product.objects.filter(sku=typed).first()
    if by_sku:
        return by_sku
    named = list(Product.objects.filter(name__iexact=typed)[:2])
    return named[0] if len(named) == 1 else None
