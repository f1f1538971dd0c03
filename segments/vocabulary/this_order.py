"""The one order that something is about: each condition gives a Q on Order."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Order, Product
from segments.rules import Condition
from segments.values import NoValue, Number, Texts
from segments.vocabulary import this_order_course, this_order_goods
from segments.vocabulary.comparing import (
    compared,
    number,
    opposite_if,
    suggest_from,
    text_column,
    texts,
)
from segments.vocabulary.field import THIS_ORDER, Compilation, Compile, Context, Field
from segments.vocabulary.operators import (
    AT_LEAST,
    AT_MOST,
    COMPARISONS,
    IDENTITY,
    KNOWN,
    UNKNOWN,
    YES_NO,
)
from segments.vocabulary.orders import BALANCE, MONEY

AMOUNTS = (AT_LEAST, AT_MOST)


def _chosen(column: str) -> Compile:
    def compile_choice(condition: Condition, compilation: Compilation) -> Q:
        return opposite_if(condition, Q(**{f"{column}__in": texts(condition)}))

    return compile_choice


def _figure(path: str) -> Compile:
    def compile_figure(condition: Condition, compilation: Compilation) -> Q:
        return compared(path, condition)

    return compile_figure


def _first(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(standing__ordinal=1))


def _state(condition: Condition, compilation: Compilation) -> Q:
    """As `Order.status` tells it: the furthest of the moments that have come."""
    wanted, later = Q(pk__in=[]), Q()
    for moment in ("cancelled", "returned", "delivered", "shipped", "paid"):
        if moment in texts(condition):
            given_back = Q(pk__in=Order.objects.given_back().values("pk")) if moment == "returned" else Q()
            wanted |= later & Q(**{f"{moment}_at__isnull": False}) & given_back
        if moment == "returned" and Order.Status.PARTLY_RETURNED in texts(condition):
            wanted |= later & Q(pk__in=Order.objects.kept().filter(returned_at__isnull=False).values("pk"))
        later &= Q(**{f"{moment}_at": None})
    if Order.Status.PLACED in texts(condition):
        wanted |= later
    return opposite_if(condition, wanted)


def _silence(condition: Condition, compilation: Compilation) -> Q:
    days = dt.timedelta(days=int(number(condition)))
    later = {"at_least": Q(placed_at__gte=F("standing__previous_at") + days)}
    return later.get(condition.operator, Q(placed_at__lt=F("standing__previous_at") + days + dt.timedelta(days=1)))


_field = partial(Field, group=THIS_ORDER, context=Context.ORDER)

FIELDS = (
    _field(
        "order_total",
        _("total of this order"),
        value=MONEY,
        operators=AMOUNTS,
        compile=_figure("total_in_shop_currency"),
    ),
    _field("order_discount", _("discount in this order"), value=MONEY, operators=AMOUNTS, compile=_figure("discount")),
    _field(
        "order_margin", _("margin of this order"), value=BALANCE, operators=AMOUNTS, compile=_figure("standing__margin")
    ),
    *this_order_goods.FIELDS,
    _field(
        "order_kind",
        _("type of this order"),
        value=Texts(choices=lambda: Product.Kind.choices),
        operators=IDENTITY,
        compile=_chosen("kind"),
    ),
    _field(
        "order_state",
        _("state of this order"),
        value=Texts(choices=lambda: Order.Status.choices),
        operators=IDENTITY,
        compile=_state,
    ),
    _field(
        "order_first",
        _("this order is the customer's first"),
        value=NoValue(),
        operators=YES_NO,
        compile=_first,
        note=_("Cancelled orders are not counted."),
    ),
    _field(
        "order_ordinal",
        _("which order of the customer this is"),
        value=Number(1, 100_000),
        operators=COMPARISONS,
        compile=_figure("standing__ordinal"),
        note=_("Cancelled orders are not counted."),
    ),
    _field(
        "order_silence",
        _("days between the order before and this one"),
        value=Number(0, 36_500),
        operators=AMOUNTS,
        compile=_silence,
        note=_("Full days; not known for a first order."),
    ),
    _field(
        "order_coupon",
        _("coupon of this order"),
        value=Texts(suggest=suggest_from(Order, "coupon_code")),
        operators=(KNOWN, UNKNOWN, *IDENTITY),
        compile=text_column("coupon_code"),
        note=_("Known: the order was paid with some coupon."),
    ),
    _field(
        "order_source",
        _("source of this order"),
        value=Texts(suggest=suggest_from(Order, "source")),
        operators=(*IDENTITY, KNOWN, UNKNOWN),
        compile=text_column("source"),
    ),
    *this_order_course.FIELDS,
)
