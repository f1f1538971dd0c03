"""What a pass of the engine costs with 1,000 touches and 1,000 enrolments due, among few and among many that wait.

    python benchmarks/tick_cost.py [--waiting 10000 100000 1000000] [--rounds 5]

Letters go to Django's dummy backend: what is measured is finding, deciding, rendering and recording. Works in a
database of its own that it drops.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
DUE = 1000
GOAL = 1.3
# The next thousand customers, whose touch and whose way through the chain come due at this moment.
FALL_DUE = """
    UPDATE chains_touch SET due_at = %(at)s, useful_until = %(at)s::timestamptz + interval '3 days'
    WHERE customer_id > %(after)s AND customer_id <= %(after)s + %(due)s;
    UPDATE chains_enrolment SET due_at = %(at)s, arrived_at = %(at)s::timestamptz - interval '30 days'
    WHERE customer_id > %(after)s AND customer_id <= %(after)s + %(due)s
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.ENCORE_RING, settings.EMAIL_BACKEND = False, "django.core.mail.backends.dummy.EmailBackend"
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        costs = {waiting: measure(waiting, options.rounds) for waiting in options.waiting}
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    few, many = min(costs), max(costs)
    print(f"{costs[many] / costs[few]:.2f} x among {many:,} what it costs among {few:,} (goal {GOAL} x)")


def measure(waiting: int, rounds: int) -> float:
    """The median seconds of a pass with 1,000 of each kind due among so many that wait."""
    from benchmarks.peers import shop
    from chains.models import Chain

    chain = Chain.objects.live().first() or shop.chain_of_one_letter("short", "Dear {{ customer.first_name }},", NOON)
    shop.clear()
    shop.fill_due(chain, 0, NOON, waiting)
    settle()
    # The first round warms what a worker keeps: parsed programs and texts, the database's cache of the indexes.
    seconds = [one_pass(number) for number in range(rounds + 1)][1:]
    median = statistics.median(seconds)
    print(f"{DUE:,} + {DUE:,} due among {waiting:>9,} waiting: {median * 1000:7.0f} ms a pass", flush=True)
    return median


def settle() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def one_pass(number: int) -> float:
    from django.db import connection

    from chains.engine.run import tick

    at = NOON + number * dt.timedelta(minutes=5)
    with connection.cursor() as cursor:
        for statement in FALL_DUE.split(";"):
            cursor.execute(statement, {"at": at, "after": number * DUE, "due": DUE})
    started = time.perf_counter()
    counts = tick(at)
    seconds = time.perf_counter() - started
    if (counts["advanced"], counts["sent"]) != (DUE, 2 * DUE):
        raise SystemExit(f"a pass did something else than expected: {counts}")
    return seconds


if __name__ == "__main__":
    main()
