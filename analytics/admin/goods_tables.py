"""The three tables of the page of goods: what is in them, in which order, and as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from analytics.admin.goods_choices import GoodsChoices
from analytics.admin.goods_columns import NEXT_COLUMNS, TOGETHER_COLUMNS, TRAIT_COLUMNS, Column, bounds
from analytics.goods.nightly import TRAITS, looked_at_key
from analytics.models import GoodsCount, ReturnTrait

# So many rows are shown at once, and so many when all are asked for; files hold every one.
SHOWN, MOST_SHOWN = 20, 500


@dataclass(frozen=True)
class TableKind:
    """`usual` is the column whose greatest value comes first when nothing else was chosen."""

    key: str
    title: StrPromise
    definition: StrPromise
    columns: tuple[Column, ...]
    usual: str

    @property
    def row_name(self) -> str:
        """Under which the number of a row is posted."""
        return "trait" if self.key == TRAITS else "pair"


KINDS = (
    TableKind(
        "together",
        gettext_lazy("Bought together"),
        gettext_lazy(
            "Of a customer counts the first order with the first of the two; share: of all who bought it, those who "
            "bought the other in that same order. By chance: what goods that know nothing of each other would have "
            "come to in orders of the same quarter with as many different products. Goods that were returned are not "
            "had. Going together does not say that one leads to the other."
        ),
        TOGETHER_COLUMNS,
        "lift",
    ),
    TableKind(
        "next",
        gettext_lazy("Bought next"),
        gettext_lazy(
            "From the first order with the first of the two on, those who bought the other in a later order within "
            "183 days, first or again. Counted are only buyers who bought the first 183 days ago or more, so that all "
            "had the same time. By chance: the share of all orders of the same quarter, followed by as many different "
            "products, that were followed by the other. Goods that were returned are not had. Coming after does not "
            "say coming from it."
        ),
        NEXT_COLUMNS,
        "lift",
    ),
    TableKind(
        TRAITS,
        gettext_lazy("What goes with a second order"),
        gettext_lazy(
            "Of customers whose first order is 90 days old or more: the share that ordered again within 90 days, with "
            "the trait and without it. Delays, ratings and complaints count when they came within 30 days; of those, "
            "customers are compared who had not ordered again by then, and late ones with those on time. Surely "
            "between: in 95 of 100 such comparisons the true difference lies there. Letters are not looked at, since "
            "who gets one is chosen by what they did: the control groups of chains tell what letters bring."
        ),
        TRAIT_COLUMNS,
        "difference",
    ),
)


@dataclass(frozen=True)
class Heading:
    """`sorted_as` is what a screen reader says of the column, or empty."""

    label: StrPromise
    link: str
    sorted_as: str
    is_words: bool


@dataclass(frozen=True)
class Cell:
    label: StrPromise
    shown: str
    is_words: bool


@dataclass(frozen=True)
class Row:
    pk: int
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """`count` rows were found of so many looked at, and the first of them are here."""

    kind: TableKind
    headings: list[Heading]
    rows: list[Row]
    count: int
    looked_at: int
    whole_link: str
    csv_link: str

    @property
    def is_cut(self) -> bool:
        return len(self.rows) < self.count


def records(kind: TableKind, choices: GoodsChoices) -> list[Any]:
    """In no order. Traits are of the whole shop."""
    if kind.key == TRAITS:
        return list(ReturnTrait.objects.select_related("product", "category"))
    names = ("product", "other_product") if choices.of == "product" else ("category", "other_category")
    return list(choices.pairs(kind.key).select_related(*names))


def table(kind: TableKind, choices: GoodsChoices, asked: QueryDict, count: GoodsCount) -> Table:
    found = in_order(kind, records(kind, choices), asked)
    shown = found[: MOST_SHOWN if asked.get("whole") == kind.key else SHOWN]
    rows = [
        Row(one.pk, [Cell(column.label, column.show(one), column.is_words) for column in kind.columns]) for one in shown
    ]
    column, is_falling = _sorting(kind, asked)
    headings = [_heading(kind, one, asked, one is column, is_falling) for one in kind.columns]
    links = _link(asked, kind, whole=kind.key), _link(asked, kind, csv=kind.key)
    return Table(kind, headings, rows, len(found), _looked_at(count, kind, choices), *links)


def in_order(kind: TableKind, found: Iterable[Any], asked: QueryDict) -> list[Any]:
    column, is_falling = _sorting(kind, asked)
    return sorted(sorted(found, key=lambda one: one.pk), key=column.value, reverse=is_falling)


def file_rows(kind: TableKind, found: Sequence[Any]) -> list[list[Any]]:
    headings = [str(column.in_file) for column in kind.columns]
    values = [[column.value(one) for column in kind.columns] for one in found]
    if kind.key == TRAITS:
        headings.append(_("upper bound of the difference, 95 %"))
        values = [[*row, round(bounds(one)[1], 6)] for row, one in zip(values, found, strict=True)]
    return [headings, *values]


def kind_named(key: str | None) -> TableKind | None:
    return next((kind for kind in KINDS if kind.key == key), None)


def _looked_at(count: GoodsCount, kind: TableKind, choices: GoodsChoices) -> int:
    key = TRAITS if kind.key == TRAITS else looked_at_key(kind.key, choices.of)
    return int(count.looked_at.get(key, 0))


def _sorting(kind: TableKind, asked: QueryDict) -> tuple[Column, bool]:
    """By which column, and whether its greatest value comes first."""
    wanted = asked.get(f"sort_{kind.key}", "")
    known = {column.key: column for column in kind.columns}
    if (name := wanted.removeprefix("-")) in known:
        return known[name], wanted.startswith("-")
    return known[kind.usual], True


def _heading(kind: TableKind, column: Column, asked: QueryDict, is_chosen: bool, is_falling: bool) -> Heading:
    """A second press turns the order round; the first shows what is greatest, or names from A on."""
    falls_next = not is_falling if is_chosen else not column.is_words
    link = _link(asked, kind, **{f"sort_{kind.key}": f"{'-' if falls_next else ''}{column.key}"})
    sorted_as = ("descending" if is_falling else "ascending") if is_chosen else ""
    return Heading(column.label, link, sorted_as, column.is_words)


def _link(asked: QueryDict, kind: TableKind, **changed: str) -> str:
    query = asked.copy()
    query.pop("csv", None)
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}#{kind.key}"
