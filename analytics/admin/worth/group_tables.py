"""Sources, segments and categories by what their buyers are worth, and could be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrPromise

from analytics.admin.changes import Figure
from analytics.admin.worth.page import WorthPage
from analytics.metrics.cohort_value import Measure
from analytics.metrics.group_worth import GroupKind, Groups, GroupWorth
from analytics.metrics.ratio import ratio
from crm.figures.wording import money, number, percent

TITLES: dict[GroupKind, StrPromise] = {
    GroupKind.SOURCE: gettext_lazy("By acquisition source"),
    GroupKind.SEGMENT: gettext_lazy("By segment"),
    GroupKind.CATEGORY: gettext_lazy("By category of the first order"),
}
WHO: dict[GroupKind, StrPromise] = {
    GroupKind.SOURCE: gettext_lazy("Where each customer came from."),
    GroupKind.SEGMENT: gettext_lazy(
        "Members are those of the end of the period, whatever became of them since. A buyer counts in each segment."
    ),
    GroupKind.CATEGORY: gettext_lazy(
        "A buyer counts in every category that their first order had anything of, and in what it is part of."
    ),
}
UNKNOWN: dict[GroupKind, StrPromise] = {
    GroupKind.SOURCE: gettext_lazy("not known"),
    GroupKind.SEGMENT: gettext_lazy("not known"),
    GroupKind.CATEGORY: gettext_lazy("without a category"),
}


@dataclass(frozen=True)
class Entry:
    """`expected` is None, too, where the model does not fit the shop; `rank` is 1 where most is expected."""

    name: str
    worth: GroupWorth
    expected: Decimal | None
    rank: int | None


@dataclass(frozen=True)
class Column:
    key: str
    title: StrPromise
    read: Callable[[Entry], Figure]
    show: Callable[[Figure], str]


COLUMNS = (
    Column("buyers", gettext_lazy("Buyers"), lambda entry: entry.worth.buyers, number),
    Column("repeat_rate", gettext_lazy("Repeat rate"), lambda entry: entry.worth.repeat_rate, percent),
    Column(
        "orders",
        gettext_lazy("Orders per buyer"),
        lambda entry: entry.worth.orders_per_buyer,
        lambda figure: number(figure, "#,##0.00"),
    ),
    Column("revenue", gettext_lazy("LTV by revenue"), lambda entry: entry.worth.revenue_mean, money),
    Column("margin", gettext_lazy("LTV by margin"), lambda entry: entry.worth.margin_mean, money),
    Column("expected", gettext_lazy("Expected in 12 months"), lambda entry: entry.expected, money),
    Column("rank", gettext_lazy("Rank by expectation"), lambda entry: entry.rank, number),
)
BY_KEY = {column.key: column for column in COLUMNS}
NAME = "name"


@dataclass(frozen=True)
class Sorting:
    key: str
    is_falling: bool

    @classmethod
    def asked(cls, text: str, measure: Measure) -> Sorting:
        """What the address asks for, else what brings most first."""
        key = text.removeprefix("-")
        return cls(key, text.startswith("-")) if key in {NAME, *BY_KEY} else cls(measure.value, True)

    def apply(self, entries: Sequence[Entry]) -> list[Entry]:
        """What is not known comes last, whichever way."""
        if self.key == NAME:
            return sorted(entries, key=lambda entry: entry.name.casefold(), reverse=self.is_falling)
        read = BY_KEY[self.key].read
        known = [(figure, entry) for entry in entries if (figure := read(entry)) is not None]
        known.sort(key=lambda pair: pair[0], reverse=self.is_falling)
        return [entry for _figure, entry in known] + [entry for entry in entries if read(entry) is None]


@dataclass(frozen=True)
class Heading:
    """`sorted` is what browsers say aloud: ascending, descending or none."""

    title: StrPromise
    link: str
    sorted: str


@dataclass(frozen=True)
class Row:
    name: str
    marks: list[str]
    cells: list[tuple[str, str, str]]
    is_enough: bool


@dataclass(frozen=True)
class GroupTable:
    """The cells of a row are a title, what is shown, and a note."""

    kind: GroupKind
    title: StrPromise
    who: StrPromise
    headings: list[Heading]
    rows: list[Row]
    left_out: str


def group_tables(page: WorthPage, address: QueryDict) -> list[GroupTable]:
    sorting = Sorting.asked(address.get("sort", ""), page.measure)
    return [_table(each, page, sorting, address) for each in page.groups]


def entries_of(found: Groups, page: WorthPage) -> list[Entry]:
    are_believed = page.predictions is not None and not page.predictions.is_misfit
    expected = {row.key: row.predicted_mean if are_believed else None for row in found.rows}
    falling = sorted((value for value in expected.values() if value is not None), reverse=True)
    return [
        Entry(
            page.names.get((found.kind, row.key), str(UNKNOWN[found.kind])),
            row,
            value := expected[row.key],
            None if value is None else falling.index(value) + 1,
        )
        for row in found.rows
    ]


def _table(found: Groups, page: WorthPage, sorting: Sorting, address: QueryDict) -> GroupTable:
    entries = entries_of(found, page)
    rows = [_row(entry, _marks(entry, entries, page.measure)) for entry in sorting.apply(entries)]
    return GroupTable(
        found.kind,
        TITLES[found.kind],
        WHO[found.kind],
        _headings(found.kind, sorting, address),
        rows,
        _left_out(found),
    )


def _row(entry: Entry, marks: list[str]) -> Row:
    cells = [(str(column.title), column.show(column.read(entry)), _note(column, entry)) for column in COLUMNS]
    return Row(entry.name, marks, cells, entry.worth.is_enough)


def _note(column: Column, entry: Entry) -> str:
    """Of how many orders the margin is known, unless of all."""
    worth = entry.worth
    if column.key != "margin" or worth.margin_mean is None or worth.orders_with_margin == worth.orders:
        return ""
    return _("of %(share)s of orders") % {"share": percent(ratio(worth.orders_with_margin, worth.orders), "")}


def _marks(entry: Entry, entries: Sequence[Entry], measure: Measure) -> list[str]:
    """What stands out among at least two that can be told."""
    brought = BY_KEY[measure.value].read
    found = []
    if _is_most(entry, entries, brought):
        found.append(_("brings most so far"))
    if _is_most(entry, entries, BY_KEY["expected"].read):
        found.append(_("could bring most"))
    return found


def _is_most(entry: Entry, entries: Sequence[Entry], read: Callable[[Entry], Figure]) -> bool:
    known = [figure for each in entries if (figure := read(each)) is not None]
    return len(known) > 1 and read(entry) == max(known)


def _headings(kind: GroupKind, sorting: Sorting, address: QueryDict) -> list[Heading]:
    titles: list[tuple[str, StrPromise]] = [(NAME, gettext_lazy("Group"))]
    titles += [(column.key, column.title) for column in COLUMNS]
    return [_heading(kind, key, title, sorting, address) for key, title in titles]


def _heading(kind: GroupKind, key: str, title: StrPromise, sorting: Sorting, address: QueryDict) -> Heading:
    """A press on the column that sorts turns it round; figures begin with the largest, names and ranks with A and 1."""
    is_chosen = key == sorting.key
    falls = not sorting.is_falling if is_chosen else key not in {NAME, "rank"}
    query = address.copy()
    query["sort"] = f"-{key}" if falls else key
    state = ("descending" if sorting.is_falling else "ascending") if is_chosen else "none"
    return Heading(title, f"?{query.urlencode()}#{kind.value}", state)


def _left_out(found: Groups) -> str:
    if found.total <= len(found.rows):
        return ""
    words = ngettext(
        "The %(shown)s with the most buyers of %(total)s group.",
        "The %(shown)s with the most buyers of %(total)s groups.",
        found.total,
    )
    return words % {"shown": number(len(found.rows)), "total": number(found.total)}
