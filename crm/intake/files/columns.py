"""The columns each kind of file may have, and how a file's header is matched with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from crm.customer_columns import CUSTOMER_COLUMNS, CustomerColumn
from crm.intake.files import cells, numbers
from crm.intake.files.cells import Parser, ParseSettings
from crm.intake.files.problems import FileError, shorten


@dataclass(frozen=True)
class Column:
    """A column by the name people write over it, its type in the staging table and the parser of its cells."""

    name: str
    type: str
    parser: Callable[[ParseSettings], Parser]


def _plain(parse: Parser) -> Callable[[ParseSettings], Parser]:
    return lambda _parse_settings: parse


def _text(name: str, limit: int) -> Column:
    return Column(name, "text", _plain(cells.words(limit)))


def _moment(name: str) -> Column:
    return Column(name, "timestamptz", cells.moment)


def _money(name: str) -> Column:
    return Column(name, "numeric", _plain(numbers.number(digits=9, places=2)))


def _price(name: str) -> Column:
    return Column(name, "numeric", _plain(numbers.number(digits=9, places=4)))


def _profile(column: CustomerColumn) -> Column:
    """A column of the customer; what is not read in a way of its own is words."""
    type_, parser = _PROFILE_PARSERS.get(column.name) or ("text", _plain(cells.words(column.field.max_length or 0)))
    return Column(column.file_name, type_, parser)


_PROFILE_PARSERS = {
    "born_on": ("date", cells.birth_date),
    "country": ("text", _plain(cells.country)),
    "language": ("text", _plain(cells.language)),
    "time_zone": ("text", _plain(cells.time_zone)),
    "tags": ("text", _plain(cells.tags)),
}
# What an order may tell of its customer.
ORDER_PROFILE = ("first_name", "last_name", "city")
IDENTITY = (
    _text("customer_id", 200),
    Column("email", "text", _plain(cells.email)),
    Column("phone", "text", cells.phone),
)
STATUS = cells.choice(
    placed="placed",
    paid="paid",
    shipped="shipped",
    delivered="delivered",
    returned="returned",
    cancelled="cancelled",
    canceled="cancelled",
    refunded="returned",
    completed="delivered",
    processing="paid",
    pending="placed",
)
ORDER = (
    _text("order_number", 100),
    *IDENTITY,
    *(_profile(column) for column in CUSTOMER_COLUMNS if column.name in ORDER_PROFILE),
    _moment("placed_at"),
    _moment("paid_at"),
    _moment("shipped_at"),
    _moment("delivered_at"),
    _moment("cancelled_at"),
    _moment("returned_at"),
    Column("status", "text", _plain(STATUS)),
    Column("currency", "text", _plain(cells.currency)),
    _money("total"),
    _money("discount"),
    _text("coupon", 64),
)
LINE = (
    _text("sku", 100),
    _text("product", 300),
    Column("category", "text", _plain(cells.path(200))),
    Column("quantity", "numeric", _plain(numbers.number(digits=9, places=3, is_least_allowed=False))),
    _price("price"),
    _price("cost"),
)
CUSTOMER = (
    *IDENTITY,
    *(_profile(column) for column in CUSTOMER_COLUMNS if column.update and column.file_name),
    Column("marketing_consent", "boolean", _plain(cells.flag)),
    _text("consent_wording", 10_000),
    _moment("consent_at"),
)
PRODUCT = (
    _text("sku", 100),
    _text("name", 300),
    Column("category", "text", _plain(cells.path(200))),
    Column("kind", "text", _plain(cells.choice(goods="goods", service="service"))),
    Column("price_tier", "text", _plain(cells.choice(budget="budget", middle="middle", premium="premium"))),
    Column("complexity", "text", _plain(cells.choice(simple="simple", complex="complex"))),
    Column("warranty_months", "integer", _plain(numbers.whole(0, 1200))),
    Column("repurchase_days", "integer", _plain(numbers.whole(1, 32_000))),
    Column("instructions_url", "text", _plain(cells.url)),
    Column("picture_url", "text", _plain(cells.url)),
    Column("price", "numeric", _plain(numbers.number(digits=9, places=4, least=Decimal(0)))),
    _price("cost"),
    Column("in_stock", "boolean", _plain(cells.flag)),
)


@dataclass(frozen=True)
class FileHeader:
    """Where the known columns of a file are, and what else it has, by the name it gives."""

    width: int
    positions: dict[str, int]
    unknown: dict[str, int]

    def present(self, columns: Sequence[Column]) -> list[Column]:
        return [column for column in columns if column.name in self.positions]


def match_header(names: Sequence[str], columns: Sequence[Column], needed: Sequence[Sequence[str]]) -> FileHeader:
    """Recognise the header; of each group in `needed` one column must be there. Raises FileError."""
    known = {column.name for column in columns}
    positions: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for position, written in enumerate(names):
        name = "_".join(written.strip().lower().replace("-", " ").split())
        place = positions if name in known else unknown
        if not name:
            continue
        name = name if name in known else shorten(written, 100)
        if name in place:
            raise FileError(_("The column %(name)s is there twice.") % {"name": name})
        place[name] = position
    _check_needed(positions, needed)
    return FileHeader(len(names), positions, unknown)


def _check_needed(positions: dict[str, int], needed: Sequence[Sequence[str]]) -> None:
    missing = [group for group in needed if not any(all(part in positions for part in _parts(name)) for name in group)]
    if missing:
        raise FileError(
            _("The file lacks columns: %(names)s. The first line must hold the names of the columns.")
            % {"names": ", ".join(_(" or ").join(group) for group in missing)}
        )


def _parts(name: str) -> list[str]:
    """`quantity + price` is there when both are."""
    return name.split(" + ")
