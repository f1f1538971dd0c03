"""Products of a checked file, written in sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.intake.files import catalogue_apply
from crm.intake.files.columns import PRODUCT
from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor, StagingTable

TABLE = StagingTable("import_product", [("line", "integer"), *((column.name, column.type) for column in PRODUCT)])
MISSING = """
    INSERT INTO import_problem (line, field, value, reason)
    SELECT line, 'sku', '', %(reason)s FROM import_product WHERE sku IS NULL
"""


def check(cursor: Cursor) -> None:
    cursor.execute(MISSING, {"reason": _("is missing")})


def apply(cursor: Cursor, fields: Sequence[str], now: dt.datetime) -> dict[str, ImportCount]:
    columns = [name for name in fields if name != "sku"]
    return {"products": catalogue_apply.write_products(cursor, TABLE.name, columns, now, is_sure=True)}
