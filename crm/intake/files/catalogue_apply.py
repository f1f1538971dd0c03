"""Categories and products that a file names, created or updated in sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor
from crm.orders.catalogue import PATH_SEPARATOR

MAKE_PATHS = """
    CREATE TEMPORARY TABLE import_category AS
    SELECT path, string_to_array(path, %(parted)s) AS names, NULL::bigint AS id
    FROM (SELECT DISTINCT category AS path FROM {source} WHERE category IS NOT NULL) AS file
"""
# Told before they are made: of an imported file staff want to know what it brings into the tree.
NOTE_NEW = """
    INSERT INTO import_new_category
    SELECT DISTINCT array_to_string(names[1:%(level)s], %(parted)s) FROM import_category AS file
    WHERE cardinality(names) >= %(level)s AND NOT EXISTS (
        SELECT FROM crm_category AS known
        WHERE known.name = names[%(level)s] AND known.parent_id IS NOT DISTINCT FROM file.id
    )
"""
ADD_LEVEL = """
    INSERT INTO crm_category (name, parent_id)
    SELECT DISTINCT names[%(level)s], id FROM import_category WHERE cardinality(names) >= %(level)s
    ORDER BY 2, 1
    ON CONFLICT DO NOTHING
"""
GO_DOWN = """
    UPDATE import_category AS file SET id = known.id FROM crm_category AS known
    WHERE cardinality(names) >= %(level)s AND known.name = names[%(level)s]
      AND known.parent_id IS NOT DISTINCT FROM file.id
"""
# One row for each product; of the cells of a column the last filled one counts.
MERGE = """
    CREATE TEMPORARY TABLE import_sku AS
    SELECT sku, {merged}NULL::bigint AS id, false AS is_new
    FROM {source} AS file LEFT JOIN import_category AS category ON category.path = file.category
    GROUP BY sku
"""
ADD_NEW = """
    WITH added AS (
        INSERT INTO crm_product (sku, kind, name, price_tier, complexity, instructions_url, picture_url,
                                 is_in_stock, created_at)
        SELECT sku, 'goods', '', '', 'simple', '', '', true, %(now)s FROM import_sku ORDER BY sku
        ON CONFLICT DO NOTHING
        RETURNING id, sku
    )
    UPDATE import_sku AS file SET is_new = true FROM added WHERE added.sku = file.sku
"""
FIND = "UPDATE import_sku AS file SET id = known.id FROM crm_product AS known WHERE known.sku = file.sku"
CHANGE = """
    WITH written AS (
        UPDATE crm_product AS known SET ({fields}) = ROW ({values})
        FROM import_sku AS file
        WHERE known.id = file.id AND ({known}) IS DISTINCT FROM ({values})
        RETURNING known.sku
    )
    SELECT count(*) FILTER (WHERE file.is_new), count(*) FROM written JOIN import_sku AS file USING (sku)
"""
NEW_PRODUCTS = """
    SELECT concat_ws(' ', file.sku, nullif(known.name, file.sku))
    FROM import_sku AS file JOIN crm_product AS known USING (id) WHERE file.is_new ORDER BY file.sku LIMIT %(most)s
"""
NEW_CATEGORIES = "SELECT path FROM import_new_category ORDER BY path LIMIT %(most)s"
COUNT_CATEGORIES = "SELECT (SELECT count(*) FROM import_new_category), (SELECT count(*) FROM import_category)"
SHOWN = 20
COUNT = "SELECT count(*) FILTER (WHERE is_new), count(*) FROM import_sku"
# The column of a file to the column of a product.
FIELDS = {"category": "category_id", "in_stock": "is_in_stock"}


def add_categories(cursor: Cursor, source: str) -> ImportCount:
    """Make the categories at the paths in the table; `import_category` then says which is which."""
    cursor.execute(MAKE_PATHS.format(source=source), {"parted": PATH_SEPARATOR})
    cursor.execute("CREATE TEMPORARY TABLE import_new_category (path text)")
    cursor.execute("SELECT coalesce(max(cardinality(names)), 0) FROM import_category")
    for level in range(1, cursor.fetchone()[0] + 1):
        cursor.execute(NOTE_NEW, {"level": level, "parted": PATH_SEPARATOR})
        cursor.execute(ADD_LEVEL, {"level": level})
        cursor.execute(GO_DOWN, {"level": level})
    cursor.execute(COUNT_CATEGORIES)
    new, named = cursor.fetchone()
    return ImportCount(new, 0, max(named - new, 0), _first(cursor, NEW_CATEGORIES))


def write_products(
    cursor: Cursor, source: str, columns: Sequence[str], now: dt.datetime, *, is_sure: bool
) -> dict[str, ImportCount]:
    """Products by SKU: new ones are made; known ones are changed, or only their gaps filled when not sure.

    `import_sku` then says which is which.
    """
    categories = add_categories(cursor, source)
    last = "(array_agg({0} ORDER BY line DESC) FILTER (WHERE {0} IS NOT NULL))[1] AS {1}"
    fields = [FIELDS.get(name, name) for name in columns]
    sources = ["category.id" if name == "category" else f"file.{name}" for name in columns]
    merged = ", ".join(last.format(*pair) for pair in zip(sources, fields, strict=True))
    cursor.execute(MERGE.format(source=source, merged=f"{merged}, " if merged else ""))
    cursor.execute(ADD_NEW, {"now": now})
    cursor.execute(FIND)
    changed = _change(cursor, fields, is_sure=is_sure) if fields else 0
    cursor.execute(COUNT)
    new, everything = cursor.fetchone()
    products = ImportCount(new, changed, everything - new - changed, _first(cursor, NEW_PRODUCTS))
    return {"products": products, **({"categories": categories} if categories.new else {})}


def _first(cursor: Cursor, query: str) -> list[str]:
    cursor.execute(query, {"most": SHOWN})
    return [name for (name,) in cursor.fetchall()]


def _change(cursor: Cursor, fields: Sequence[str], *, is_sure: bool) -> int:
    values = []
    for field in fields:
        known = f"nullif(known.{field}, '')" if field == "name" else f"known.{field}"
        pair = (f"file.{field}", known) if is_sure else (known, f"file.{field}")
        empty = ", ''" if field == "name" else ""
        values.append(f"coalesce({pair[0]}, {pair[1]}{empty})")
    cursor.execute(
        CHANGE.format(
            fields=", ".join(fields),
            values=", ".join(values),
            known=", ".join(f"known.{field}" for field in fields),
        )
    )
    of_new, written = cursor.fetchone()
    return int(written - of_new)
