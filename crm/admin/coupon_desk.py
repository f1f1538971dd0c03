"""At the counter or on the phone: a code is typed, what it gives is read out, and an order uses it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import loyalty
from crm.loyalty.coupon_conditions import Purchase, purchase_of
from crm.loyalty.coupon_wording import coupon_state, in_short
from crm.models import Coupon, Order


class DeskForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("code"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    order = forms.CharField(
        label=gettext_lazy("order number"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Empty: only look what the code gives."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_order(self) -> Order | None:
        number = self.cleaned_data["order"].strip()
        if not number:
            return None
        order = Order.objects.select_related("customer").filter(number=number).first()
        if order is None:
            raise forms.ValidationError(_("There is no order of this number."))
        return order


def desk_view(request: HttpRequest) -> HttpResponseBase:
    """Looking is a GET and changes nothing; using the code is a POST."""
    if not request.user.has_perm("crm.change_coupon"):
        raise PermissionDenied
    typed = request.POST if request.method == "POST" else request.GET if "code" in request.GET else None
    form = DeskForm(typed)
    found: dict[str, Any] = {}
    if typed is not None and form.is_valid():
        code, order = form.cleaned_data["code"], form.cleaned_data["order"]
        try:
            if request.method == "POST" and order:
                coupon = loyalty.redeem(code, order=order, at=timezone.now())
                words = _("The coupon %(code)s is used for order %(number)s: %(offer)s.")
                facts = {"code": coupon.shown_code, "number": order.number, "offer": in_short(coupon)}
                messages.success(request, words % facts)
                return HttpResponseRedirect(reverse("admin:crm_coupon_desk"))
            found = _look(code, order)
        except loyalty.CouponRefused as refused:
            form.add_error("code", str(refused))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Check a coupon"),
        "form": form,
        **found,
    }
    return TemplateResponse(request, "crm/admin/coupon_desk.html", context, status=400 if form.errors else 200)


def _look(code: str, order: Order | None) -> dict[str, Any]:
    now = timezone.now()
    purchase = purchase_of(order) if order else Purchase()
    coupon, reason = loyalty.check(code, purchase, now)
    is_own = bool(order and coupon.order_id == order.pk)
    return {
        "coupon": coupon,
        "offer": in_short(coupon),
        "standing": _standing(coupon),
        "reason": "" if is_own else reason,
        "is_own": is_own,
        "order": order,
    }


def _standing(coupon: Coupon) -> str:
    return coupon_state(coupon, timezone.now())[1]
