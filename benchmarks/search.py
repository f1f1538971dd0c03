"""Support's search among very many customers: how long each kind of question takes.

    python benchmarks/search.py [--customers 1000000] [--rounds 5] [--keep]

Names are as common as in life: the first of each list stands hundreds of times as often as the last. Each customer
has an e-mail address and a phone, every second an order. Prints the median and the worst of each kind in milliseconds,
whole (all queries, and the customers read) beside the limit. Works in a database of its own that it drops.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MS = 100
DATABASE = "encore_bench_search_{customers}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="keep the database, and use the one kept before")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE.format(customers=options.customers)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=options.keep)
    try:
        report(options.customers, options.rounds)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0, keepdb=options.keep)


def report(customers: int, rounds: int) -> None:
    from benchmarks.peers import named_customers
    from crm.models import Customer

    if Customer.objects.count() != customers:
        started = time.perf_counter()
        named_customers.fill(customers)
        print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    print(f"{customers:,} customers; ms a search of {rounds} rounds, limit {LIMIT_MS}")
    worst_of_all = 0.0
    for kind, questions in named_customers.QUESTIONS.items():
        times = [(measure(question), question) for _round in range(rounds) for question in questions]
        worst, slowest = max(times)
        worst_of_all = max(worst_of_all, worst)
        median = statistics.median(taken for taken, _question in times)
        print(f"{kind:34} median {median:6.1f}  worst {worst:6.1f}  “{slowest}”", flush=True)
    print(f"worst of all: {worst_of_all:.1f} ms: {'within' if worst_of_all < LIMIT_MS else 'BEYOND'} the limit")


def measure(question: str) -> float:
    from crm.customers.search import find_customers

    started = time.perf_counter()
    find_customers(question)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
