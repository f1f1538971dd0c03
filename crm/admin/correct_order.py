"""An order typed wrong, put right: its figures after a look at what changes, the rest at once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.admin.moment_field import moment_field, past_moment
from crm.admin.order_lines import CorrectedLines, as_typed, options, products_like, typed_lines
from crm.admin.verb_buttons import colleagues_at_work
from crm.figures import stats
from crm.locks import lock_fact
from crm.models import Order, OrderLine, Product
from crm.orders import orders
from crm.orders.amounts import ZERO
from crm.orders.correcting import correct_details, correct_figures, correct_placing
from crm.orders.corrections import Figures, changes_in_words, figures_typed

DATES = {
    "promised_at": orders.move_promise,
    "appointment_at": orders.move_appointment,
    "payment_due_at": orders.move_payment,
}
DETAILS = ("responsible", "tracking_number", "receipt_url")


class CorrectOrderForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind"), choices=Product.Kind.choices)
    placed_at = moment_field(_("placed at"))
    promised_at = moment_field(_("promised for"))
    appointment_at = moment_field(_("appointment or departure"))
    payment_due_at = moment_field(_("payment due"))
    responsible = forms.ModelChoiceField(label=_("responsible"), queryset=User.objects.none(), required=False)
    tracking_number = forms.CharField(label=_("tracking number"), max_length=100, required=False)
    receipt_url = forms.URLField(label=_("receipt link"), max_length=200, required=False, assume_scheme="https")
    discount = forms.DecimalField(
        label=_("discount"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    total = forms.DecimalField(
        label=_("total"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Empty: the goods less the discount."),
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        # Whoever is responsible stays so, even when they work here no more.
        staff = colleagues_at_work() | User.objects.filter(pk=order.responsible_id or 0)
        self.fields["responsible"].queryset = staff  # type: ignore[attr-defined]

    def clean_placed_at(self) -> dt.datetime:
        """A browser sends no seconds: what was not touched stays as it was."""
        return past_moment(self._kept("placed_at") or self.order.placed_at)

    def clean_promised_at(self) -> dt.datetime | None:
        return self._kept("promised_at")

    def clean_appointment_at(self) -> dt.datetime | None:
        return self._kept("appointment_at")

    def clean_payment_due_at(self) -> dt.datetime | None:
        return self._kept("payment_due_at")

    def _kept(self, name: str) -> dt.datetime | None:
        typed: dt.datetime | None = self.cleaned_data[name]
        before: dt.datetime | None = getattr(self.order, name)
        return before if before and typed == before.replace(second=0, microsecond=0) else typed


@transaction.atomic
def correct_view(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Locked before it is compared, so that what was shown is what is changed."""
    if not request.user.has_perm("crm.change_order"):
        raise PermissionDenied
    order = get_object_or_404(Order.objects.select_related("customer"), pk=order_id)
    data = request.POST if request.method == "POST" else None
    if data is not None:
        lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    bought = list(order.lines.select_related("product").order_by("pk"))
    form = CorrectOrderForm(data, order=order, initial=_initial(order, bought))
    typed = [as_typed(line) for line in bought]
    lines = CorrectedLines(data, prefix="lines", initial=typed, form_kwargs={"use_required_attribute": False})
    summary = ""
    if data is not None and form.is_valid() and lines.is_valid():
        try:
            figures = figures_typed(order, bought, typed_lines(lines), form.cleaned_data)
            summary = "\n".join(changes_in_words(order, bought, figures))
            if not summary or data.get("shown", "").replace("\r\n", "\n") == summary:
                with transaction.atomic():
                    _correct(order, figures if summary else None, form.cleaned_data)
                messages.success(request, gettext("The order is put right."))
                return HttpResponseRedirect(reverse("admin:crm_order_change", args=[order.pk]))
        except ValueError as error:
            form.add_error(None, str(error))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": gettext("Put an order right") + f" · {order.number}",
        "order": order,
        "form": form,
        "lines": lines,
        "back": reverse("admin:crm_order_change", args=[order.pk]),
        "products": options([*(line.product for line in bought), *products_like("")]),
        "summary": summary,
        "currency": order.currency,
    }
    is_wrong = bool(form.errors or (data is not None and not lines.is_valid()))
    return TemplateResponse(request, "crm/admin/order_form.html", context, status=400 if is_wrong else 200).render()


def _initial(order: Order, bought: list[OrderLine]) -> dict[str, Any]:
    names = ("kind", "placed_at", *DATES, *DETAILS)
    facts = {name: getattr(order, name) for name in names}
    goods = sum((line.quantity * line.price for line in bought), ZERO).quantize(Decimal("0.01")) - order.discount
    return facts | {
        "discount": order.discount or None,
        "total": None if bought and goods == order.total else order.total,
    }


def _correct(order: Order, figures: Figures | None, facts: dict[str, Any]) -> None:
    now = timezone.now()
    if figures:
        correct_placing(order, told_at=now, placed_at=figures.placed_at, kind=figures.kind)
        if figures.are_sums_new:
            correct_figures(order, told_at=now, lines=figures.new_lines, total=figures.total, discount=figures.discount)
    for name, move in DATES.items():
        move(order, to=facts[name], at=now)
    correct_details(order, told_at=now, **{name: facts[name] for name in DETAILS})
