"""Goods or money that come back: chosen by line, shown as what it will do, and booked on a second press."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import floatformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.admin.order_lines import plain
from crm.figures import stats
from crm.locks import lock_fact
from crm.models import Order, OrderLine
from crm.orders import amounts, orders


class ReturnForm(forms.Form):
    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    amount = forms.DecimalField(
        label=_("money given back"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Empty: what was paid for the goods above."),
    )

    def __init__(self, *args: Any, order: Order, is_everything: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.rest = order.total - order.refunded
        self.bought = list(order.lines.select_related("product").order_by("pk"))
        for line in self.bought:
            left = line.kept_quantity
            if not left:
                continue
            self.fields[f"line_{line.pk}"] = forms.DecimalField(
                label=str(line.product),
                min_value=0,
                max_value=plain(left),
                max_digits=12,
                decimal_places=3,
                required=False,
                localize=True,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                initial=plain(left) if is_everything else None,
                help_text=gettext("of %(left)s that can come back") % {"left": floatformat(left, "-3")},
            )
        self.order_fields([*(name for name in self.fields if name.startswith("line_")), "amount"])

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if self.errors:
            return facts
        if not self.quantities() and not facts["amount"]:
            self.add_error(None, gettext("Say which goods come back, or how much money."))
            return facts
        if facts["amount"] is None:
            facts["amount"] = amounts.returned(self.order, self.bought, None, self.quantities()).amount
        elif facts["amount"] > self.rest:
            words = gettext("%(asked)s is more than is left to give back: %(rest)s.")
            self.add_error("amount", words % {"asked": self.money(facts["amount"]), "rest": self.money(self.rest)})
        return facts

    def quantities(self) -> dict[str, Decimal]:
        wanted: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.bought:
            if quantity := self.cleaned_data.get(f"line_{line.pk}"):
                wanted[line.product.sku] += quantity
        return dict(wanted)

    def summary(self) -> list[str]:
        """What comes back, and what of the order is left."""
        taken = {line.pk: self.cleaned_data.get(f"line_{line.pk}") or Decimal(0) for line in self.bought}
        amount, rest = self.cleaned_data["amount"], self.rest - self.cleaned_data["amount"]
        goods = _goods((line, taken[line.pk]) for line in self.bought)
        kept = _goods((line, line.kept_quantity - taken[line.pk]) for line in self.bought)
        return [
            gettext("Comes back: %(goods)s.") % {"goods": goods or gettext("no goods")},
            gettext("Money given back: %(money)s.") % {"money": self.money(amount)},
            gettext("The customer keeps: %(goods)s.") % {"goods": kept or gettext("none of the goods")},
            gettext("Of the money, the shop keeps %(rest)s of %(total)s.")
            % {"rest": self.money(rest), "total": self.money(self.order.total)},
        ]

    def money(self, amount: Decimal) -> str:
        return f"{floatformat(amount, '2g')} {self.order.currency}"


def _goods(quantities: Iterable[tuple[OrderLine, Decimal]]) -> str:
    return ", ".join(f"{floatformat(quantity, '-3')} × {line.product}" for line, quantity in quantities if quantity)


@transaction.atomic
def return_view(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Locked before it is checked, so that what was shown is what is booked."""
    if not request.user.has_perm("crm.change_order"):
        raise PermissionDenied
    order = get_object_or_404(Order, pk=order_id)
    data = request.POST if request.method == "POST" else None
    if data is not None:
        lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    initial = {"token": uuid.uuid4().hex}
    form = ReturnForm(data, order=order, is_everything="all" in request.GET, initial=initial)
    summary = "\n".join(form.summary()) if form.is_valid() else ""
    if data is not None and summary and data.get("shown", "").replace("\r\n", "\n") == summary:
        facts = form.cleaned_data
        key = f"staff:{facts['token']}"
        orders.return_goods(order, at=timezone.now(), amount=facts["amount"], lines=form.quantities(), key=key)
        messages.success(request, gettext("The return is booked."))
        return HttpResponseRedirect(reverse("admin:crm_order_change", args=[order.pk]))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": gettext("Return") + f" · {order.number}",
        "order": order,
        "form": form,
        "left": form.money(form.rest),
        "summary": summary,
    }
    return TemplateResponse(request, "crm/admin/return.html", context, status=400 if form.errors else 200).render()
