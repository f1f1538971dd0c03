"""Products of a checked file, written in sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.intake.files import catalogue_apply
from crm.intake.files.columns import PRODUCT, RELATIONS
from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor, StagingTable

TABLE = StagingTable("import_product", [("line", "integer"), *((column.name, column.type) for column in PRODUCT)])
MISSING = """
    INSERT INTO import_problem (line, field, value, reason)
    SELECT line, 'sku', '', %(reason)s FROM import_product WHERE sku IS NULL
"""
UNKNOWN = """
    INSERT INTO import_problem (line, field, value, reason)
    SELECT file.line, %(field)s, named.sku, %(reason)s
    FROM import_product AS file CROSS JOIN LATERAL unnest(file.{field}) AS named (sku)
    WHERE NOT EXISTS (SELECT FROM crm_product AS known WHERE known.sku = named.sku)
      AND NOT EXISTS (SELECT FROM import_product AS other WHERE other.sku = named.sku)
"""
ITSELF = """
    INSERT INTO import_problem (line, field, value, reason)
    SELECT line, %(field)s, sku, %(reason)s FROM import_product WHERE sku = ANY({field})
"""
RELATE = """
    INSERT INTO crm_productrelation (product_id, related_id, kind)
    SELECT DISTINCT product.id, related.id, %(kind)s
    FROM import_product AS file CROSS JOIN LATERAL unnest(file.{field}) AS named (sku)
    JOIN crm_product AS product ON product.sku = file.sku JOIN crm_product AS related ON related.sku = named.sku
    ORDER BY 1, 2
    ON CONFLICT (product_id, related_id, kind) DO NOTHING
"""
NAMED = """
    SELECT count(*) FROM (
        SELECT DISTINCT file.sku, named.sku FROM import_product AS file CROSS JOIN LATERAL unnest(file.{field})
            AS named (sku)
    ) AS pair
"""


def check(cursor: Cursor, fields: Sequence[str]) -> None:
    cursor.execute(MISSING, {"reason": _("is missing")})
    for field in _relations(fields):
        reason = _("names a product that is neither in the file nor known")
        cursor.execute(UNKNOWN.format(field=field), {"field": field, "reason": reason})
        cursor.execute(ITSELF.format(field=field), {"field": field, "reason": _("names the product itself")})


def apply(cursor: Cursor, fields: Sequence[str], now: dt.datetime) -> dict[str, ImportCount]:
    columns = [name for name in fields if name != "sku" and name not in RELATIONS]
    counts = catalogue_apply.write_products(cursor, TABLE.name, columns, now, is_sure=True)
    related = _relations(fields)
    return counts | ({"relations": _relate(cursor, related)} if related else {})


def _relations(fields: Sequence[str]) -> list[str]:
    return [name for name in RELATIONS if name in fields]


def _relate(cursor: Cursor, fields: Sequence[str]) -> ImportCount:
    """What goes with a product is added; a file takes nothing away."""
    new, named = 0, 0
    for field in fields:
        cursor.execute(RELATE.format(field=field), {"kind": RELATIONS[field].value})
        new += cursor.rowcount
        cursor.execute(NAMED.format(field=field))
        named += cursor.fetchone()[0]
    return ImportCount(new, 0, named - new)
