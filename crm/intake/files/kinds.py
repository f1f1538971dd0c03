"""The kinds of files that can be imported, behind one small interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from django.utils.translation import gettext as _

from crm.intake.files import customer_apply, order_apply, order_check, order_details_check, order_rows, product_apply
from crm.intake.files.cells import ParseSettings
from crm.intake.files.columns import CUSTOMER, LINE, ORDER, PRODUCT, Column
from crm.intake.files.header import FileHeader
from crm.intake.files.plain_rows import PlainRows
from crm.intake.files.reading import RowBatch
from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor, StagingTable, StagingWriter
from crm.intake.files.untold_identity import UNTOLD

REFUSED = """
    SELECT line, string_agg(CASE WHEN field = '' THEN reason ELSE field || ': ' || reason END, '; ')
    FROM import_problem GROUP BY line ORDER BY line
"""
# With a row of an order all its rows are refused: half an order would be another order.
REFUSED_ORDERS = """
    WITH refused_run AS (
        SELECT line FROM import_run CROSS JOIN generate_series(head, last) AS line
        WHERE number IN (SELECT number FROM import_problem)
    )
    SELECT line, string_agg(reason, '; ') FROM (
        SELECT line, CASE WHEN field = '' THEN reason ELSE field || ': ' || reason END AS reason FROM import_problem
        UNION ALL
        SELECT line, %(together)s FROM refused_run
        WHERE NOT EXISTS (SELECT FROM import_problem AS own WHERE own.line = refused_run.line)
    ) AS refused GROUP BY line ORDER BY line
"""


class RowWriter(Protocol):
    """Takes the rows of one file."""

    @property
    def fields(self) -> list[str]: ...
    @property
    def copies(self) -> Mapping[str, Sequence[str]]: ...
    def take(self, batch: RowBatch, staging: StagingWriter) -> None: ...
    def finish(self, staging: StagingWriter) -> None: ...


class ImportKind(Protocol):
    """How files of one kind are read, checked and written."""

    columns: Sequence[Column]
    needed: Sequence[Sequence[str]]
    tables: Sequence[StagingTable]
    streamed: str
    takes_attributes: bool
    starts_chains: bool

    def row_writer(self, header: FileHeader, settings: ParseSettings, attributes: dict[str, int]) -> RowWriter: ...
    def check(self, cursor: Cursor, fields: Sequence[str]) -> None: ...
    def refused(self) -> tuple[str, dict[str, str]]: ...
    def drop_refused(self, cursor: Cursor) -> None: ...
    def apply(self, cursor: Cursor, fields: Sequence[str], settings: ParseSettings) -> dict[str, ImportCount]: ...


class Orders:
    columns: Sequence[Column] = (*ORDER, *LINE)
    needed: Sequence[Sequence[str]] = (
        ("order_number",),
        ("customer_id", "email", "phone"),
        ("placed_at",),
        ("total", "quantity + price"),
    )
    tables: Sequence[StagingTable] = order_rows.TABLES
    streamed = order_rows.LINES.name
    takes_attributes = True
    starts_chains = True

    def row_writer(self, header: FileHeader, settings: ParseSettings, attributes: dict[str, int]) -> RowWriter:
        return order_rows.OrderRows(header, settings, attributes)

    def check(self, cursor: Cursor, fields: Sequence[str]) -> None:
        order_check.gather(cursor, fields)
        order_check.check(cursor)
        order_details_check.check(cursor, fields)

    def refused(self) -> tuple[str, dict[str, str]]:
        return REFUSED_ORDERS, {"together": _("another row of this order was refused")}

    def drop_refused(self, cursor: Cursor) -> None:
        cursor.execute(order_check.DROP_REFUSED)

    def apply(self, cursor: Cursor, fields: Sequence[str], settings: ParseSettings) -> dict[str, ImportCount]:
        return order_apply.apply(cursor, fields, settings)


class Customers:
    columns: Sequence[Column] = CUSTOMER
    needed: Sequence[Sequence[str]] = (("customer_id", "email", "phone"),)
    tables: Sequence[StagingTable] = (customer_apply.TABLE, UNTOLD)
    streamed = customer_apply.TABLE.name
    takes_attributes = True
    starts_chains = False

    def row_writer(self, header: FileHeader, settings: ParseSettings, attributes: dict[str, int]) -> RowWriter:
        return PlainRows(self.streamed, self.columns, header, settings, attributes)

    def check(self, cursor: Cursor, fields: Sequence[str]) -> None:
        customer_apply.check(cursor, fields)

    def refused(self) -> tuple[str, dict[str, str]]:
        return REFUSED, {}

    def drop_refused(self, cursor: Cursor) -> None:
        cursor.execute("DELETE FROM import_customer WHERE line IN (SELECT line FROM import_problem)")

    def apply(self, cursor: Cursor, fields: Sequence[str], settings: ParseSettings) -> dict[str, ImportCount]:
        return customer_apply.apply(cursor, fields, settings.now)


class Products:
    columns: Sequence[Column] = PRODUCT
    needed: Sequence[Sequence[str]] = (("sku",),)
    tables: Sequence[StagingTable] = (product_apply.TABLE,)
    streamed = product_apply.TABLE.name
    takes_attributes = False
    starts_chains = False

    def row_writer(self, header: FileHeader, settings: ParseSettings, attributes: dict[str, int]) -> RowWriter:
        return PlainRows(self.streamed, self.columns, header, settings, {})

    def check(self, cursor: Cursor, fields: Sequence[str]) -> None:
        product_apply.check(cursor, fields)

    def refused(self) -> tuple[str, dict[str, str]]:
        return REFUSED, {}

    def drop_refused(self, cursor: Cursor) -> None:
        cursor.execute("DELETE FROM import_product WHERE line IN (SELECT line FROM import_problem)")

    def apply(self, cursor: Cursor, fields: Sequence[str], settings: ParseSettings) -> dict[str, ImportCount]:
        return product_apply.apply(cursor, fields, settings.now)


KINDS: dict[str, ImportKind] = {"orders": Orders(), "customers": Customers(), "products": Products()}
