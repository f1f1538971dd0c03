"""The course the one order took that something is about, and what was said of it: each condition gives a Q on Order."""

from __future__ import annotations

from functools import partial

from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce, TruncDate
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Feedback, Milestone
from crm.timezones import shop_zone
from segments.rules import Condition
from segments.values import NoValue, Number, Texts
from segments.vocabulary.comparing import (
    compared,
    exists,
    moment_column,
    number,
    opposite_if,
    suggest_from,
    texts,
)
from segments.vocabulary.field import THIS_ORDER, Compilation, Compile, Context, Field
from segments.vocabulary.operators import (
    COMPARISONS,
    KNOWN,
    MOMENTS,
    NEXT,
    POSSESSION,
    UNKNOWN,
    YES_NO,
)


def _returned(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(returned_at__isnull=False))


def _expected(column: str) -> Compile:
    """A moment that may lie ahead: known or not, behind, or on one of the coming days, today being day 0."""

    def compile_expected(condition: Condition, compilation: Compilation) -> Q:
        if condition.operator in ("known", "unknown"):
            return opposite_if(condition, Q(**{f"{column}__isnull": False}))
        if condition.operator != "next":
            return moment_column(column)(condition, compilation)
        ahead = int(number(condition))
        return Q(**{f"{column}__gte": compilation.days_ago(0), f"{column}__lt": compilation.days_ago(-1 - ahead)})

    return compile_expected


def late(condition: Condition, compilation: Compilation) -> Q:
    """Came on a later day than promised, or has not come though that day is over."""
    came = Coalesce("delivered_at", Value(compilation.now), output_field=DateTimeField())
    days = [TruncDate(one, tzinfo=shop_zone()) for one in (came, F("promised_at"))]
    return opposite_if(condition, Q(promised_at__isnull=False) & Q(GreaterThan(*days)))


def _milestone(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, exists(Milestone.objects.filter(name__in=texts(condition)), "order"))


def score(kind: str, condition: Condition, compilation: Compilation) -> Q:
    return exists(Feedback.objects.filter(compared("score", condition), kind=kind), "order")


def _open_case(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, exists(Case.objects.open().filter(kind__in=texts(condition)), "order"))


_field = partial(Field, group=THIS_ORDER, context=Context.ORDER)

FIELDS = (
    _field(
        "order_placed",
        _("this order was placed"),
        value=Number(),
        operators=MOMENTS,
        compile=moment_column("placed_at"),
    ),
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
    _field("order_late", _("this order is later than promised"), value=NoValue(), operators=YES_NO, compile=late),
    _field(
        "order_returned",
        _("this order was returned, whole or in part"),
        value=NoValue(),
        operators=YES_NO,
        compile=_returned,
    ),
    _field(
        "order_milestone",
        _("milestone reached in this order"),
        value=Texts(suggest=suggest_from(Milestone, "name")),
        operators=POSSESSION,
        compile=_milestone,
    ),
    _field(
        "order_rating",
        _("rating of this order (1-5)"),
        value=Number(1, 5),
        operators=COMPARISONS,
        compile=partial(score, Feedback.Kind.RATING),
    ),
    _field(
        "order_nps",
        _("“would recommend” after this order (0-10)"),
        value=Number(0, 10),
        operators=COMPARISONS,
        compile=partial(score, Feedback.Kind.NPS),
    ),
    _field(
        "order_case",
        _("open case about this order"),
        value=Texts(choices=lambda: Case.Kind.choices),
        operators=POSSESSION,
        compile=_open_case,
    ),
)
