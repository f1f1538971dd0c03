"""The lines of an order that staff type: a product searched while typing, or a new one by its SKU and name."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import OrderLine, Product
from crm.orders.amounts import THOUSANDTH
from crm.orders.catalogue import LineData

PRODUCTS_SHOWN = 20


class LineForm(forms.Form):
    sku = forms.CharField(
        label=_("SKU or name"),
        max_length=420,
        widget=forms.TextInput(
            attrs={
                "list": "products",
                "autocomplete": "off",
                "hx-get": reverse_lazy("admin:crm_customer_products"),
                "hx-trigger": "input changed delay:200ms, focus once",
                "hx-target": "#products",
                "hx-sync": "this:replace",
            }
        ),
    )
    name = forms.CharField(label=_("name, if it is new"), max_length=300, required=False)
    quantity = forms.DecimalField(
        label=_("quantity"),
        min_value=THOUSANDTH,
        max_digits=12,
        decimal_places=3,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        localize=True,
    )
    price = forms.DecimalField(
        label=_("price"),
        min_value=0,
        max_digits=14,
        decimal_places=4,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": _("as in the catalogue")}),
        localize=True,
    )

    def has_changed(self) -> bool:
        """A row of which only the quantity is there was left empty."""
        return bool(set(self.changed_data) - {"quantity"})

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if self.errors:
            return facts
        product = product_typed(facts["sku"])
        if product:
            facts["sku"] = product.sku
        elif not facts["name"]:
            self.add_error("name", gettext("This product is new: type its name."))
        elif len(facts["sku"]) > 100:
            self.add_error("sku", gettext("A product needs a SKU of 1 to 100 characters."))
        if facts["price"] is None:
            facts["price"] = product.price if product else None
        if facts["price"] is None:
            self.add_error("price", gettext("The catalogue has no price for it: type one."))
        return facts


NewLines = forms.formset_factory(
    LineForm, extra=0, min_num=1, validate_min=True, max_num=100, can_delete=True, can_delete_extra=True
)
# An order may be known by its total alone.
CorrectedLines = forms.formset_factory(LineForm, extra=0, max_num=100, can_delete=True, can_delete_extra=True)


def typed_lines(lines: Any) -> list[LineData]:
    """Those of a valid formset that are neither empty nor to be removed."""
    kept = [form.cleaned_data for form in lines if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return [LineData(line["sku"], line["quantity"], line["price"], name=line["name"]) for line in kept if "sku" in line]


def shown(product: Product) -> str:
    """As it stands in the field, from which `product_typed` finds it again."""
    return f"{product.name} ({product.sku})" if product.name else product.sku


def product_typed(typed: str) -> Product | None:
    """By its SKU, by “name (SKU)” as chosen from the list, or by a name that only one product has."""
    starts = [index for index, letter in enumerate(typed) if letter == "("] if typed.endswith(")") else []
    skus = [typed, *(typed[start + 1 : -1] for start in starts)]
    found = {product.sku: product for product in Product.objects.filter(sku__in=skus)}
    exact = next((found[sku] for sku in skus if sku in found and (sku == typed or shown(found[sku]) == typed)), None)
    if exact:
        return exact
    named = list(Product.objects.filter(name__iexact=typed)[:2])
    return named[0] if len(named) == 1 else None


def products_view(request: HttpRequest) -> TemplateResponse:
    """Options for the list under the field in which somebody types."""
    if not request.user.has_perms(["crm.view_customer", "crm.change_order"]):
        raise PermissionDenied
    typed = next((request.GET[name] for name in request.GET if name.endswith("-sku")), "").strip()
    return TemplateResponse(request, "crm/admin/product_options.html", {"products": options(products_like(typed))})


def products_like(typed: str) -> Iterable[Product]:
    found = Product.objects.order_by("name", "pk")
    for word in typed.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(sku__icontains=word.strip("()")))
    return found[:PRODUCTS_SHOWN]


def options(products: Iterable[Product]) -> list[tuple[str, str, Decimal | None]]:
    """What the field shall hold, SKU and price."""
    return [(shown(product), product.sku, product.price) for product in products]


def as_typed(line: OrderLine) -> dict[str, Any]:
    return {"sku": shown(line.product), "quantity": plain(line.quantity), "price": plain(line.price)}


def plain(number: Decimal) -> Decimal:
    """Without noughts at its end, and never as 1E+2."""
    return Decimal(format(number.normalize(), "f"))
