"""The columns each kind of file may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from crm.customer_columns import CUSTOMER_COLUMNS, CustomerColumn
from crm.intake.files import cells, header_words, moment_cells, numbers
from crm.intake.files.cells import Parser, ParseSettings
from crm.models import Channel, ProductRelation


@dataclass(frozen=True)
class Column:
    """A column by the name people write over it, its type in the staging table and the parser of its cells.

    An error of the spreadsheet is an empty cell, but refused where money or an order rests on it: in a vital one.
    """

    name: str
    type: str
    parser: Callable[[ParseSettings], Parser]
    is_vital: bool = False

    def cells(self, settings: ParseSettings) -> cells.ParsedCells:
        return cells.ParsedCells(self.parser(settings), is_vital=self.is_vital)


def _vital(column: Column) -> Column:
    return replace(column, is_vital=True)


def _plain(parse: Parser) -> Callable[[ParseSettings], Parser]:
    return lambda _parse_settings: parse


def _text(name: str, limit: int) -> Column:
    return Column(name, "text", _plain(cells.words(limit)))


def _name(name: str, limit: int) -> Column:
    return Column(name, "text", _plain(cells.name_or_number(limit)))


def _needed(name: str, limit: int) -> Column:
    return _vital(Column(name, "text", _plain(cells.needed_number(limit))))


def _moment(name: str) -> Column:
    return Column(name, "timestamptz", moment_cells.moment)


def _coming_moment(name: str) -> Column:
    return Column(name, "timestamptz", moment_cells.coming_moment)


def _number(name: str, places: int, *, is_nought_allowed: bool = True) -> Column:
    def parser(settings: ParseSettings) -> Parser:
        mark = settings.decimal_marks[name]
        return numbers.number(mark, digits=9, places=places, is_least_allowed=is_nought_allowed)

    return Column(name, "numeric", parser)


def _money(name: str) -> Column:
    return _number(name, 2)


def _price(name: str) -> Column:
    return _number(name, 4)


def _skus(name: str) -> Column:
    return Column(name, "text[]", _plain(cells.skus))


def _profile(column: CustomerColumn) -> Column:
    """A column of the customer; what is not read in a way of its own is words."""
    type_, parser = _PROFILE_PARSERS.get(column.name) or ("text", _plain(cells.words(column.field.max_length or 0)))
    return Column(column.file_name, type_, parser)


_PROFILE_PARSERS = {
    "born_on": ("date", moment_cells.birth_date),
    "country": ("text", _plain(cells.country)),
    "language": ("text", _plain(cells.language)),
    "time_zone": ("text", _plain(cells.time_zone)),
    "tags": ("text", _plain(cells.items)),
}
# What an order may tell of its customer.
ORDER_PROFILE = ("first_name", "last_name", "city")
IDENTITY = (
    _name("customer_id", 200),
    Column("email", "text", _plain(cells.email)),
    Column("phone", "text", cells.phone),
)
STATUS = cells.choice(**header_words.cell_words("statuses"))
KIND = cells.choice(**header_words.cell_words("product_kinds"))
ORDER = (
    _needed("order_number", 100),
    *IDENTITY,
    *(_profile(column) for column in CUSTOMER_COLUMNS if column.name in ORDER_PROFILE),
    _vital(Column("placed_at", "timestamptz", moment_cells.needed_moment)),
    _moment("paid_at"),
    _moment("shipped_at"),
    _moment("delivered_at"),
    _moment("cancelled_at"),
    _moment("returned_at"),
    Column("status", "text", _plain(STATUS)),
    _vital(Column("currency", "text", _plain(cells.currency))),
    _vital(_number("rate", 9, is_nought_allowed=False)),
    _vital(_money("total")),
    _vital(_money("discount")),
    _text("coupon", 64),
    Column("kind", "text", _plain(KIND)),
    _coming_moment("promised_at"),
    _coming_moment("appointment_at"),
    _coming_moment("payment_due_at"),
    _text("tracking_number", 100),
    Column("receipt_url", "text", _plain(cells.url)),
    _text("source", 100),
    _text("responsible", 300),
    Column("milestones", "jsonb", moment_cells.milestones),
    _vital(_money("refunded")),
    _name("external_id", 200),
)
LINE = (
    _name("sku", 100),
    _text("product", 300),
    Column("category", "text", _plain(cells.path(200))),
    _vital(_number("quantity", 3, is_nought_allowed=False)),
    _vital(_price("price")),
    _price("cost"),
    _vital(_number("returned_quantity", 3)),
)
# Those a file of customers has addresses of.
CONSENT_CHANNELS = (Channel.EMAIL.value, Channel.SMS.value)
CUSTOMER = (
    *IDENTITY,
    *(_profile(column) for column in CUSTOMER_COLUMNS if column.update and column.file_name),
    Column("marketing_consent", "boolean", _plain(cells.flag)),
    _text("consent_wording", 10_000),
    _moment("consent_at"),
    *(
        column
        for channel in CONSENT_CHANNELS
        for column in (
            Column(f"{channel}_consent", "boolean", _plain(cells.flag)),
            _text(f"{channel}_consent_wording", 10_000),
            _moment(f"{channel}_consent_at"),
        )
    ),
)
RELATIONS = {
    "accessories": ProductRelation.Kind.ACCESSORY,
    "consumables": ProductRelation.Kind.CONSUMABLE,
    "upgrades": ProductRelation.Kind.UPGRADE,
    "services": ProductRelation.Kind.SERVICE,
}
PRODUCT = (
    _needed("sku", 100),
    _text("name", 300),
    Column("category", "text", _plain(cells.path(200))),
    Column("kind", "text", _plain(KIND)),
    Column("price_tier", "text", _plain(cells.choice(budget="budget", middle="middle", premium="premium"))),
    Column("complexity", "text", _plain(cells.choice(simple="simple", complex="complex"))),
    Column("warranty_months", "integer", _plain(numbers.whole(0, 1200))),
    Column("repurchase_days", "integer", _plain(numbers.whole(1, 32_000))),
    Column("url", "text", _plain(cells.page_url)),
    Column("instructions_url", "text", _plain(cells.url)),
    Column("video_url", "text", _plain(cells.url)),
    _text("cart_id", 100),
    Column("picture_url", "text", _plain(cells.url)),
    _price("price"),
    _price("cost"),
    Column("in_stock", "boolean", _plain(cells.flag)),
    *map(_skus, RELATIONS),
)
