"""The one order that something is about: each condition gives a Q on Order."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, DecimalField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncDate
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Feedback, Milestone, Order, OrderLine, Product
from crm.timezones import zone_of
from segments.vocabulary.comparing import (
    compared,
    exists,
    given,
    moment,
    number,
    opposite_if,
    suggesting,
    texts,
    weighed,
)
from segments.vocabulary.field import THIS_ORDER, Compile, Context, Field, Scope
from segments.vocabulary.goods import CATEGORY, COMPLEXITY, PRODUCT, RELATION, TIER, lacking, with_line
from segments.vocabulary.operators import (
    AT_LEAST,
    AT_MOST,
    COMPARISONS,
    IDENTITY,
    KNOWN,
    MOMENTS,
    NEXT,
    POSSESSION,
    SEARCHES,
    UNKNOWN,
    YES_NO,
)
from segments.vocabulary.orders import BALANCE, MONEY
from segments.vocabulary.values import Nothing, Number, Several

if TYPE_CHECKING:
    from segments.rules import Condition

AMOUNTS = (AT_LEAST, AT_MOST)
UNITS = DecimalField(max_digits=15, decimal_places=3)


def _chosen(column: str) -> Compile:
    def compile_choice(condition: Condition, scope: Scope) -> Q:
        return opposite_if(condition, Q(**{f"{column}__in": texts(condition)}))

    return compile_choice


def _figure(path: str) -> Compile:
    def compile_figure(condition: Condition, scope: Scope) -> Q:
        return compared(path, condition)

    return compile_figure


def _over_lines(measure: Any) -> Compile:
    """A figure over the lines of the order; without lines it is zero."""

    def compile_lines(condition: Condition, scope: Scope) -> Q:
        lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
        found = Subquery(lines.annotate(measured=measure).values("measured"), output_field=UNITS)
        return weighed(Coalesce(found, Value(0), output_field=UNITS), condition)

    return compile_lines


def _first(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, Q(standing__ordinal=1))


def _state(condition: Condition, scope: Scope) -> Q:
    """As `Order.status` tells it: the furthest of the moments that have come."""
    moments = {"cancelled": "cancelled_at", "returned": "returned_at", "delivered": "delivered_at"}
    moments |= {"shipped": "shipped_at", "paid": "paid_at"}
    wanted, later = Q(pk__in=[]), Q()
    for state, column in moments.items():
        if state in texts(condition):
            wanted |= later & Q(**{f"{column}__isnull": False})
        later &= Q(**{column: None})
    if Order.Status.PLACED in texts(condition):
        wanted |= later
    return opposite_if(condition, wanted)


def _returned(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, Q(returned_at__isnull=False))


def _expected(column: str) -> Compile:
    """A moment that may lie ahead: known or not, behind, or on one of the coming days, today being day 0."""

    def compile_expected(condition: Condition, scope: Scope) -> Q:
        if condition.operator in ("known", "unknown"):
            return opposite_if(condition, Q(**{f"{column}__isnull": False}))
        if condition.operator != "next":
            return moment(column)(condition, scope)
        ahead = int(number(condition))
        return Q(**{f"{column}__gte": scope.days_ago(0), f"{column}__lt": scope.days_ago(-1 - ahead)})

    return compile_expected


def _late(condition: Condition, scope: Scope) -> Q:
    """Came on a later day than promised, or has not come though that day is over."""
    came = Coalesce("delivered_at", Value(scope.now), output_field=DateTimeField())
    days = [TruncDate(one, tzinfo=zone_of("")) for one in (came, F("promised_at"))]
    return opposite_if(condition, Q(promised_at__isnull=False) & Q(GreaterThan(*days)))


def _milestone(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, exists(Milestone.objects.filter(name__in=texts(condition)), "order"))


def _lacks(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, exists(lacking(OrderLine.objects.all(), texts(condition)), "order"))


def _score(kind: str, condition: Condition, scope: Scope) -> Q:
    return exists(Feedback.objects.filter(compared("score", condition), kind=kind), "order")


def _open_case(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, exists(Case.objects.open().filter(kind__in=texts(condition)), "order"))


def _silence(condition: Condition, scope: Scope) -> Q:
    days = dt.timedelta(days=int(number(condition)))
    later = {"at_least": Q(placed_at__gte=F("standing__previous_at") + days)}
    return later.get(condition.operator, Q(placed_at__lt=F("standing__previous_at") + days + dt.timedelta(days=1)))


_field = partial(Field, group=THIS_ORDER, context=Context.ORDER)

FIELDS = (
    _field("order_total", _("total of this order"), value=MONEY, operators=AMOUNTS, compile=_figure("total")),
    _field("order_discount", _("discount in this order"), value=MONEY, operators=AMOUNTS, compile=_figure("discount")),
    _field(
        "order_margin", _("margin of this order"), value=BALANCE, operators=AMOUNTS, compile=_figure("standing__margin")
    ),
    _field(
        "order_lines",
        _("different goods in this order"),
        value=Number(0, 10_000),
        operators=COMPARISONS,
        compile=_over_lines(Count("product", distinct=True)),
    ),
    _field(
        "order_units",
        _("units in this order"),
        value=Number(0, 1_000_000, 3),
        operators=COMPARISONS,
        compile=_over_lines(Sum("quantity")),
    ),
    _field(
        "order_category",
        _("category of goods in this order"),
        value=CATEGORY,
        operators=POSSESSION,
        compile=with_line,
        note=_("Categories inside the chosen one count too."),
    ),
    _field("order_product", _("product in this order"), value=PRODUCT, operators=POSSESSION, compile=with_line),
    _field("order_named", _("name of goods in this order"), value=Several(), operators=SEARCHES, compile=with_line),
    _field("order_tier", _("price tier in this order"), value=TIER, operators=POSSESSION, compile=with_line),
    _field(
        "order_complexity",
        _("complexity of goods in this order"),
        value=COMPLEXITY,
        operators=POSSESSION,
        compile=with_line,
    ),
    _field(
        "order_lacking",
        _("missing to the goods of this order"),
        value=RELATION,
        operators=IDENTITY,
        compile=_lacks,
        note=_("Something in it goes with such goods, and the customer has none of those, ever."),
    ),
    _field(
        "order_kind",
        _("type of this order"),
        value=Several(choices=lambda: Product.Kind.choices),
        operators=IDENTITY,
        compile=_chosen("kind"),
    ),
    _field(
        "order_state",
        _("state of this order"),
        value=Several(choices=lambda: Order.Status.choices),
        operators=IDENTITY,
        compile=_state,
    ),
    _field(
        "order_first",
        _("this order is the customer's first"),
        value=Nothing(),
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
        value=Several(suggest=suggesting(Order, "coupon_code")),
        operators=(KNOWN, UNKNOWN, *IDENTITY),
        compile=given("coupon_code"),
        note=_("Known: the order was paid with some coupon."),
    ),
    _field(
        "order_source",
        _("source of this order"),
        value=Several(suggest=suggesting(Order, "source")),
        operators=(*IDENTITY, KNOWN, UNKNOWN),
        compile=given("source"),
    ),
    _field("order_placed", _("this order was placed"), value=Number(), operators=MOMENTS, compile=moment("placed_at")),
    _field(
        "order_delivered",
        _("this order was delivered or performed"),
        value=Number(),
        operators=(KNOWN, UNKNOWN, *MOMENTS),
        compile=_expected("delivered_at"),
    ),
    _field(
        "order_promised",
        _("this order is promised for"),
        value=Number(),
        operators=(KNOWN, UNKNOWN, NEXT, *MOMENTS),
        compile=_expected("promised_at"),
    ),
    _field(
        "order_appointment",
        _("appointment or departure of this order"),
        value=Number(),
        operators=(KNOWN, UNKNOWN, NEXT, *MOMENTS),
        compile=_expected("appointment_at"),
    ),
    _field("order_late", _("this order is later than promised"), value=Nothing(), operators=YES_NO, compile=_late),
    _field(
        "order_returned",
        _("this order was returned, whole or in part"),
        value=Nothing(),
        operators=YES_NO,
        compile=_returned,
    ),
    _field(
        "order_milestone",
        _("milestone reached in this order"),
        value=Several(suggest=suggesting(Milestone, "name")),
        operators=POSSESSION,
        compile=_milestone,
    ),
    _field(
        "order_rating",
        _("rating of this order (1-5)"),
        value=Number(1, 5),
        operators=COMPARISONS,
        compile=partial(_score, Feedback.Kind.RATING),
    ),
    _field(
        "order_nps",
        _("“would recommend” after this order (0-10)"),
        value=Number(0, 10),
        operators=COMPARISONS,
        compile=partial(_score, Feedback.Kind.NPS),
    ),
    _field(
        "order_case",
        _("open case about this order"),
        value=Several(choices=lambda: Case.Kind.choices),
        operators=POSSESSION,
        compile=_open_case,
    ),
)
