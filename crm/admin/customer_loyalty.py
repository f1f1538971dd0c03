"""A customer's points, coupons and tier on one page: what there is, where it came from, and what staff do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.admin.customer_loyalty_forms import CouponForm, PointsForm, SpendForm, TierForm
from crm.loyalty import CouponDraft, issue_coupons, keep_tier
from crm.loyalty.by_hand import give_by_hand, left_to_undo, take_by_hand, undo
from crm.loyalty.coupon_wording import coupon_state, in_short
from crm.loyalty.earning_terms import paid_for_goods
from crm.loyalty.ledger import spendable
from crm.loyalty.point_holds import spend_for_sale
from crm.loyalty.point_quotes import worth
from crm.loyalty.rule_wording import points_in_words
from crm.loyalty.shown import loyalty_for_customer
from crm.models import Coupon, Customer, Earning, LoyaltySettings, Order, PointsEntry, PointsHold, Tier
from crm.shop_currency import shop_currency

LINES = 50
GIVE, COUPON, TIER = "crm.add_pointsentry", "crm.add_coupon", "crm.change_customertier"

Forms = dict[str, forms.BaseForm]


def loyalty_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    if not request.user.has_perm("crm.view_pointsentry"):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    return _page(request, customer, {})


def loyalty_do_view(request: HttpRequest, customer_id: int, act: str) -> HttpResponseBase:
    """One verb of the page; what could not be done is said at its form, with what was typed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if act not in ACTS:
        raise Http404
    permission, make, carry_out = ACTS[act]
    user = request.user
    if not isinstance(user, User) or not user.has_perm(permission):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    form = make(request.POST, customer, user)
    if form.is_valid():
        try:
            messages.success(request, carry_out(customer, form.cleaned_data, user))
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(url_of_loyalty(customer.pk))
    return _page(request, customer, {act: form}, status=400)


def undo_view(request: HttpRequest, customer_id: int, entry_id: int) -> HttpResponseBase:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user = request.user
    if not isinstance(user, User) or not user.has_perm(GIVE):
        raise PermissionDenied
    entry = get_object_or_404(PointsEntry.objects.select_related("customer"), pk=entry_id, customer=customer_id)
    try:
        undo(entry, by=user, at=timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is undone."))
    return HttpResponseRedirect(url_of_loyalty(customer_id))


def url_of_loyalty(customer_id: int) -> str:
    return reverse("admin:crm_customer_loyalty", args=[customer_id])


def _points(customer: Customer, facts: dict[str, Any], user: User) -> str:
    act = give_by_hand if facts["way"] == "give" else take_by_hand
    act(customer, facts["points"], facts["reason"], by=user, at=timezone.now(), token=facts["token"])
    words = _("Given: %(points)s.") if facts["way"] == "give" else _("Taken: %(points)s.")
    return words % {"points": points_in_words(facts["points"])}


def _spend(customer: Customer, facts: dict[str, Any], user: User) -> str:
    order: Order = facts["order"]
    paid = sum(paid_for_goods(order, list(order.lines.all())).values())
    amount = Decimal(paid.numerator) / Decimal(paid.denominator) if paid else Decimal(0)
    entry = spend_for_sale(
        customer, facts["points"], order.number, at=timezone.now(), order=order, by=user, amount=amount
    )
    value = worth(-entry.points, LoyaltySettings.load()) or Decimal(0)
    words = _("Spent for order %(number)s: %(points)s. Ask for %(value)s %(currency)s less.")
    return words % {
        "number": order.number,
        "points": points_in_words(-entry.points),
        "value": value,
        "currency": shop_currency(),
    }


def _coupon(customer: Customer, facts: dict[str, Any], user: User) -> str:
    key = f"staff:{facts['token']}"
    draft = CouponDraft(
        customer.pk,
        facts["kind"],
        key,
        timezone.now(),
        value=facts["value"],
        gift=facts["gift"],
        minimum=facts["minimum"],
        term_days=facts["days"],
        is_sent=True,
        by_id=user.pk,
    )
    issue_coupons([draft])
    return _("The coupon is given. Its code: %(code)s") % {"code": Coupon.objects.get(key=key).code}


def _tier(customer: Customer, facts: dict[str, Any], user: User) -> str:
    keep_tier(customer.pk, facts["tier"], at=timezone.now())
    if facts["tier"]:
        return _("The customer is kept in the tier %(tier)s.") % {"tier": facts["tier"]}
    return _("The tier follows the purchases again.")


Make = Callable[[Any, Customer, User], Any]
Act = Callable[[Customer, dict[str, Any], User], str]
ACTS: dict[str, tuple[str, Make, Act]] = {
    "points": (GIVE, lambda data, customer, user: PointsForm(data, customer=customer, user=user), _points),
    "spend": (GIVE, lambda data, customer, user: SpendForm(data, customer=customer, user=user), _spend),
    "coupon": (COUPON, lambda data, customer, user: CouponForm(data, customer=customer, user=user), _coupon),
    "tier": (TIER, lambda data, customer, user: TierForm(data, customer=customer), _tier),
}


def _page(request: HttpRequest, customer: Customer, typed: Forms, *, status: int = 200) -> TemplateResponse:
    now = timezone.now()
    user: Any = request.user
    settings = LoyaltySettings.load()
    left = spendable([customer.pk], now)[customer.pk]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Points and coupons") + f" · {customer}",
        "customer": customer,
        "loyalty": loyalty_for_customer(customer, now),
        "spendable": left,
        "worth": worth(left, settings),
        "currency": shop_currency(),
        "counts_money": settings.tier_basis == LoyaltySettings.TierBasis.MONEY,
        "earnings": _earnings(customer),
        "holds": PointsHold.objects.active(now).filter(customer=customer).order_by("until"),
        "lines": _lines(customer, may_undo=user.has_perm(GIVE)),
        "coupons": _coupons(customer, now),
        "forms": _forms(request, customer, typed, settings),
        "media": CouponForm(customer=customer, user=user).media,
    }
    return TemplateResponse(request, "crm/admin/customer_loyalty.html", context, status=status)


def _forms(request: HttpRequest, customer: Customer, typed: Forms, settings: LoyaltySettings) -> Forms:
    """Those that may be sent, by their name."""
    user: Any = request.user
    made = {
        name: typed.get(name) or make(None, customer, user)
        for name, (permission, make, _act) in ACTS.items()
        if user.has_perm(permission)
    }
    if not settings.point_value:
        made.pop("spend", None)
    if not Tier.objects.exists():
        made.pop("tier", None)
    return made


def _earnings(customer: Customer) -> list[Earning]:
    return list(
        Earning.objects.pending().filter(customer=customer).select_related("order").order_by("-earned_at")[:LINES]
    )


def _coupons(customer: Customer, now: dt.datetime) -> list[tuple[Coupon, str, str]]:
    """Each with what it gives and how it stands."""
    found = customer.coupons.select_related("order", "category", "product", "batch").order_by("-issued_at")[:LINES]
    return [(coupon, in_short(coupon), coupon_state(coupon, now)[1]) for coupon in found]


def _lines(customer: Customer, *, may_undo: bool) -> list[tuple[PointsEntry, int]]:
    """The ledger, the newest first, each with how much of it can be undone."""
    lines = PointsEntry.objects.filter(customer=customer).select_related("order", "by")
    newest = lines.prefetch_related("undone_by").order_by("-occurred_at", "-pk")[:LINES]
    return [(line, left_to_undo(line) if may_undo else 0) for line in newest]
