"""Import of a large order file against storing the finished rows alone, in one run on one database.

    python benchmarks/import_orders.py [FILE] [--rounds 3]

The file is a year of a made-up gift shop, the same on every machine: 407,695 lines in 19,215 orders, of 4,014 products
that are on half a dozen lines or on hundreds; `peers/gift_shop.py` says more. A FILE of your own is measured likewise.
Prints the seconds of each round and the ratio of the medians. Stored alone, the finished rows are copied back into the
shop's tables, emptied, without checking a reference: what these ask for whatever the way. A bare COPY of the file's
bytes into one text column stands beside it. Works in a database of its own that it drops.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIECE = 1 << 18
GOAL = 2
# A generated column is not written.
WRITTEN = """
    SELECT table_name, string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns
    WHERE table_name = ANY(%s) AND is_generated = 'NEVER' GROUP BY table_name
"""
FILLED = ("customer", "product", "order", "orderline", "event", "customerstats", "orderstanding")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    from benchmarks.peers import gift_shop

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = options.file or gift_shop.write(Path(folder) / "gift_shop.csv.gz")
            measure(path, options.rounds)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def measure(path: Path, rounds: int) -> None:
    plain = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    print(f"{path.name}: {len(plain) / 1e6:.1f} MB, {plain.count(b'%c' % 10) - 1:,} rows")
    bare, full, stored = [], [], []
    for number in range(1, rounds + 1):
        bare.append(bare_copy(plain))
        full.append(whole_import(path))
        stored.append(storing_again())
        print(
            f"round {number}: bare COPY {bare[-1]:.2f} s, import {full[-1]:.2f} s,"
            f" storing the finished rows alone {stored[-1]:.2f} s"
        )
    of_bare, of_full, of_stored = (statistics.median(taken) for taken in (bare, full, stored))
    print(f"median: {of_bare:.2f} s and {of_full:.2f} s: {of_full / of_bare:.1f} x")
    print(f"storing the finished rows alone: {of_stored:.2f} s: {of_full / of_stored:.2f} x (goal {GOAL} x)")


def bare_copy(plain: bytes) -> float:
    """Every line as one text, committed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute("CREATE TABLE bare (line text)")
        started = time.perf_counter()
        # Characters no line holds, so that nothing is taken apart.
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')") as copy:
            for start in range(0, len(plain), PIECE):
                copy.write(plain[start : start + PIECE])
        return time.perf_counter() - started


def whole_import(path: Path) -> float:
    """Into empty tables: every order, line, customer, product and event is new."""
    from django.db import connection
    from django.utils import timezone

    from crm.intake.files.import_file import import_file

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE crm_customer, crm_product, crm_category CASCADE")
        cursor.execute("CHECKPOINT")
    started = time.perf_counter()
    report = import_file("orders", path, now=timezone.now())
    seconds = time.perf_counter() - started
    if not report.is_applied:
        raise SystemExit(f"the file was refused: {report.problems[0]}")
    return seconds


def storing_again() -> float:
    """What the import wrote, from temporary tables that hold it ready, in one transaction."""
    from django.db import connection, transaction

    tables = [f"crm_{name}" for name in FILLED]
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [tables])
        written = dict(cursor.fetchall())
        for table in tables:
            cursor.execute(f"CREATE TEMPORARY TABLE ready_{table} AS TABLE {table}")
        cursor.execute("TRUNCATE crm_customer, crm_product, crm_category CASCADE")
        cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        with transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                columns = written[table]
                cursor.execute(
                    f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM ready_{table}"
                )
        seconds = time.perf_counter() - started
        cursor.execute(f"DROP TABLE {', '.join(f'ready_{table}' for table in tables)}")
    return seconds


if __name__ == "__main__":
    main()
