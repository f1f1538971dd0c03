"""What staff do about a customer's points, coupons and tier."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from crm.admin.complaint_form import OrderField
from crm.admin.conditional import conditional
from crm.admin.coupon_terms_form import (
    VALUED,
    beyond_limits,
    fitting,
    has_no_limits,
    terms_mistakes,
    too_many_points,
)
from crm.models import Coupon, Customer, CustomerTier, Shop, Tier
from crm.models.loyalty_rules import MOST_POINTS

NUMBER = {"inputmode": "numeric"}
VALUES = {"value": VALUED, "gift": [str(Coupon.Kind.GIFT)]}


class OncePerForm(forms.Form):
    """An impatient second press changes nothing."""

    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, customer: Customer, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"token": uuid.uuid4().hex}
        self.customer, self.user = customer, user


class PointsForm(OncePerForm):
    way = forms.ChoiceField(label=_("what"), choices=[("give", _("give")), ("take", _("take"))])
    points = forms.IntegerField(
        label=_("points"), min_value=1, max_value=MOST_POINTS, widget=forms.TextInput(attrs=NUMBER)
    )
    reason = forms.CharField(label=_("reason"), max_length=200, help_text=_("The customer may see it."))

    prefix = "points"

    def clean_points(self) -> int:
        points: int = self.cleaned_data["points"]
        shop = Shop.load()
        if points > shop.goodwill_points and not has_no_limits(self.user):
            raise forms.ValidationError(too_many_points(shop))
        return points


class SpendForm(OncePerForm):
    order = OrderField(queryset=None, label=_("order"))
    points = forms.IntegerField(
        label=_("points"), min_value=1, max_value=MOST_POINTS, widget=forms.TextInput(attrs=NUMBER)
    )

    prefix = "spend"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        orders = self.customer.orders.counted().order_by("-placed_at", "-pk")
        field = OrderField(queryset=orders, label=_("order"))
        field.empty_label = _("choose…")
        self.fields["order"] = field


class CouponForm(OncePerForm):
    kind = forms.ChoiceField(label=_("gives"), choices=Coupon.Kind.choices)
    value = forms.DecimalField(
        label=_("percent, amount or points"),
        max_digits=12,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    gift = forms.CharField(label=_("gift"), max_length=200, required=False)
    minimum = forms.DecimalField(
        label=_("from an order of"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    days = forms.IntegerField(
        label=_("good for, days"),
        min_value=1,
        max_value=730,
        required=False,
        widget=forms.TextInput(attrs=NUMBER),
        help_text=_("From today. Empty: without end."),
    )

    prefix = "coupon"

    class Media:
        js = (conditional({f"coupon-{name}": [{"coupon-kind": VALUES[name]}] for name in VALUES}),)

    def clean(self) -> dict[str, Any]:
        facts = fitting(self.cleaned_data)
        for name, words in (*terms_mistakes(facts), *beyond_limits(facts, self.user)):
            self.add_error(name, words)
        return facts


class TierForm(forms.Form):
    tier = forms.ModelChoiceField(
        label=_("tier"), queryset=Tier.objects.order_by("threshold"), required=False, empty_label=_("by purchases")
    )

    prefix = "tier"

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        standing = CustomerTier.objects.filter(customer=customer, is_kept=True).first()
        super().__init__(*args, **kwargs)
        self.initial = {"tier": standing.tier_id if standing else None}
