"""The goods in the one order that something is about: each condition gives a Q on Order."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Count, DecimalField, Exists, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from crm.models import OrderLine, Review
from segments.rules import Condition
from segments.values import NoValue, Number, Texts
from segments.vocabulary.comparing import (
    compared_expression,
    exists,
    opposite_if,
    texts,
)
from segments.vocabulary.field import THIS_ORDER, Compilation, Compile, Context, Field
from segments.vocabulary.goods import CATEGORY, COMPLEXITY, PRODUCT, RELATION, TIER, lacking, with_line
from segments.vocabulary.operators import (
    COMPARISONS,
    IDENTITY,
    POSSESSION,
    SEARCHES,
    YES_NO,
)

UNITS = DecimalField(max_digits=15, decimal_places=3)


def _over_lines(measure: Any) -> Compile:
    """A figure over the lines of the order; without lines it is zero."""

    def compile_lines(condition: Condition, compilation: Compilation) -> Q:
        lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
        found = Subquery(lines.annotate(measured=measure).values("measured"), output_field=UNITS)
        return compared_expression(Coalesce(found, Value(0), output_field=UNITS), condition)

    return compile_lines


def _lacks(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, exists(lacking(OrderLine.objects.all(), texts(condition)), "order"))


def _to_review(condition: Condition, compilation: Compilation) -> Q:
    """Something that its customer has neither reviewed nor been delivered with an earlier order."""
    theirs = {"product": OuterRef("product")}
    reviewed = Review.objects.filter(customer=OuterRef("order__customer"), sent_at__isnull=False, **theirs)
    had = OrderLine.objects.filter(
        order__customer=OuterRef("order__customer"),
        order__cancelled_at=None,
        order__delivered_at__isnull=False,
        order__placed_at__lt=OuterRef("order__placed_at"),
        **theirs,
    )
    return opposite_if(condition, exists(OrderLine.objects.filter(~Exists(reviewed), ~Exists(had)), "order"))


_field = partial(Field, group=THIS_ORDER, context=Context.ORDER)

FIELDS = (
    _field(
        "order_lines",
        _("different goods in this order"),
        value=Number(0, 10_000),
        operators=COMPARISONS,
        compile=_over_lines(Count("product", distinct=True)),
    ),
    _field(
        "order_to_review",
        _("this order has something to ask a review of"),
        value=NoValue(),
        operators=YES_NO,
        compile=_to_review,
        note=_("Something that they have not reviewed yet, nor been delivered with an earlier order."),
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
    _field("order_named", _("name of goods in this order"), value=Texts(), operators=SEARCHES, compile=with_line),
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
        note=_(
            "Something they keep of it goes with such goods, and they have none of those."
            " What was returned does not count."
        ),
    ),
)
