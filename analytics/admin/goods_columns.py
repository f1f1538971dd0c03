"""The columns of the tables of goods: what each says on the page and in a file, and what it is sorted by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from analytics.goods.chance import difference_bounds
from analytics.goods.wording import trait_words
from analytics.models import GoodsPair, ReturnTrait
from crm.figures.wording import number, percent

# Below this a p-value says no more than that it is small.
SMALLEST_SHOWN = 0.0001


@dataclass(frozen=True)
class Column:
    """`value` is what the rows are sorted by and what stands in a file; `show`, what people read."""

    key: str
    label: StrPromise
    in_file: StrPromise
    value: Callable[[Any], Any]
    show: Callable[[Any], str]
    is_words: bool = False


def p_words(p_value: float) -> str:
    if p_value < SMALLEST_SHOWN:
        return _("under %(p)s") % {"p": number(SMALLEST_SHOWN, "0.0000")}
    return number(p_value, "0.0000")


def first_of(pair: GoodsPair) -> str:
    return str(pair.product or pair.category)


def other_of(pair: GoodsPair) -> str:
    return str(pair.other_product or pair.other_category)


def bounds(trait: ReturnTrait) -> tuple[float, float]:
    return difference_bounds(trait.came_back, trait.customers, trait.others_came_back, trait.others)


def difference(trait: ReturnTrait) -> float:
    return trait.came_back / trait.customers - trait.others_came_back / trait.others


def points(share: float) -> str:
    return number(100 * share, "+#,##0.0;−#,##0.0")


def _bounds_words(trait: ReturnTrait) -> str:
    low, high = bounds(trait)
    return _("%(low)s to %(high)s") % {"low": points(low), "high": points(high)}


TOGETHER_COLUMNS = (
    Column(
        "first",
        gettext_lazy("who bought"),
        gettext_lazy("bought first"),
        first_of,
        first_of,
        is_words=True,
    ),
    Column("other", gettext_lazy("bought too"), gettext_lazy("the other"), other_of, other_of, True),
    Column(
        "customers",
        gettext_lazy("customers"),
        gettext_lazy("customers who bought both"),
        lambda pair: pair.customers,
        lambda pair: number(pair.customers),
    ),
    Column(
        "buyers",
        gettext_lazy("of buyers"),
        gettext_lazy("buyers of the first who are counted"),
        lambda pair: pair.buyers,
        lambda pair: number(pair.buyers),
    ),
    Column(
        "confidence",
        gettext_lazy("share"),
        gettext_lazy("share of these buyers"),
        lambda pair: round(pair.confidence, 6),
        lambda pair: percent(pair.confidence),
    ),
    Column(
        "chance",
        gettext_lazy("by chance"),
        gettext_lazy("share that chance would give"),
        lambda pair: round(pair.chance, 6),
        lambda pair: percent(pair.chance),
    ),
    Column(
        "lift",
        gettext_lazy("times chance"),
        gettext_lazy("times as often as by chance"),
        lambda pair: round(pair.lift, 4),
        lambda pair: number(pair.lift, "#,##0.0"),
    ),
    Column(
        "p_value",
        gettext_lazy("p, corrected"),
        gettext_lazy("p, corrected for all pairs looked at"),
        lambda pair: pair.p_value,
        lambda pair: p_words(pair.p_value),
    ),
)
NEXT_COLUMNS = (
    *TOGETHER_COLUMNS[:3],
    Column(
        "typical_days",
        gettext_lazy("days between"),
        gettext_lazy("days between, median"),
        lambda pair: round(pair.typical_days, 2),
        lambda pair: number(pair.typical_days),
    ),
    *TOGETHER_COLUMNS[3:],
)
TRAIT_COLUMNS = (
    Column(
        "trait", gettext_lazy("first order"), gettext_lazy("trait of the first order"), trait_words, trait_words, True
    ),
    Column(
        "customers",
        gettext_lazy("customers"),
        gettext_lazy("customers with it"),
        lambda trait: trait.customers,
        lambda trait: number(trait.customers),
    ),
    Column(
        "share",
        gettext_lazy("ordered again"),
        gettext_lazy("share of them that ordered again within 90 days"),
        lambda trait: round(trait.came_back / trait.customers, 6),
        lambda trait: percent(trait.came_back / trait.customers),
    ),
    Column(
        "others",
        gettext_lazy("without it"),
        gettext_lazy("share of those without it"),
        lambda trait: round(trait.others_came_back / trait.others, 6),
        lambda trait: percent(trait.others_came_back / trait.others),
    ),
    Column(
        "difference",
        gettext_lazy("difference, points"),
        gettext_lazy("difference of the shares"),
        lambda trait: round(difference(trait), 6),
        lambda trait: points(difference(trait)),
    ),
    Column(
        "bounds",
        gettext_lazy("surely between"),
        gettext_lazy("lower bound of the difference, 95 %"),
        lambda trait: round(bounds(trait)[0], 6),
        _bounds_words,
    ),
    Column(
        "p_value",
        gettext_lazy("p, corrected"),
        gettext_lazy("p, corrected for all traits looked at"),
        lambda trait: trait.p_value,
        lambda trait: p_words(trait.p_value),
    ),
)
