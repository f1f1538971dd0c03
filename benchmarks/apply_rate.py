"""Facts a second that one worker applies, beside recording the same facts by the functions alone.

    python benchmarks/apply_rate.py [--facts 1500] [--rounds 3] [--waiting 1000000]

Orders are told in three messages each (placed, paid, delivered), by a plain webhook, shuffled; events and customers one
by one, of people who are known. What came is kept first; then one worker applies it. The functions alone get the facts
as they were read, each in a transaction of its own, in the same order: what is left is what keeping costs.

`--waiting` also looks for the next thing to apply among so many deliveries that wait, most of them the past of a shop.
Needs a database of its own, dropped after.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
MESSAGES_AN_ORDER = 3
PEOPLE = 300
GOAL = 0.7
# Deliveries of a shop's past, of orders that are told three times each; every thousandth is of today.
FILL = """
    INSERT INTO crm_delivery
        (source_id, key, topic, subject, payload, is_historic, status, reason, attempts, received_at, due_at)
    SELECT %(source)s, 'w' || n, 'order.updated', 'order ' || n / 3, '{}', n %% 1000 <> 0, 'waiting', '', 0,
           %(at)s, %(at)s
    FROM generate_series(1, %(count)s) AS n
"""

Message = tuple[str, str, dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--waiting", type=int, default=1_000_000)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.ENCORE_RING = False
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        if options.facts:
            measure(options.facts, options.rounds)
        if options.waiting:
            look_among(options.waiting)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def measure(facts: int, rounds: int) -> None:
    print(f"{facts:,} facts, medians of {rounds} rounds")
    for name, made in (("orders", orders(facts)), ("events", events(facts)), ("customers", customers(facts))):
        spent: dict[str, list[float]] = {"applied": [], "alone": []}
        for _round in range(rounds):
            spent["applied"].append(seconds_of(made, applied))
            spent["alone"].append(seconds_of(made, recorded_alone))
        rate = {way: facts / statistics.median(seconds) for way, seconds in spent.items()}
        print(
            f"  {name:<10} {rate['applied']:6,.0f}/s applied, {rate['alone']:6,.0f}/s by the functions alone: "
            f"{rate['applied'] / rate['alone']:.2f} (goal {GOAL})",
            flush=True,
        )


def seconds_of(messages: list[Message], way: Callable[[Any, list[Message]], float]) -> float:
    from django.core.management import call_command

    from crm.models import Source

    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    return way(Source.objects.create(kind="webhook", name="Till"), messages)


def kept(source: Any, messages: list[Message]) -> None:
    from crm.intake.arrival import Arrival
    from crm.intake.deliveries import keep_all

    arrivals = [
        Arrival(f"m{place}", topic, {"type": topic, "timestamp": NOON.isoformat(), "data": data}, subject)
        for place, (topic, subject, data) in enumerate(messages)
    ]
    keep_all(source, arrivals, NOON)
    analyze()


def applied(source: Any, messages: list[Message]) -> float:
    from crm.intake.deliveries import apply_due
    from crm.intake.doors import read
    from crm.models import Delivery

    kept(source, messages)
    started = time.perf_counter()
    while apply_due(NOON, read):
        pass
    seconds = time.perf_counter() - started
    if (count := Delivery.objects.filter(status="applied").count()) != len(messages):
        raise SystemExit(f"applied {count} of {len(messages)}")
    return seconds


def recorded_alone(source: Any, messages: list[Message]) -> float:
    from crm.intake.doors import read
    from crm.intake.recording import record_fact
    from crm.models import Delivery

    kept(source, messages)
    facts = [fact for delivery in Delivery.objects.select_related("source").order_by("pk") for fact in read(delivery)]
    started = time.perf_counter()
    for fact in facts:
        record_fact(fact, source, NOON)
    return time.perf_counter() - started


def look_among(waiting: int) -> None:
    """How long it takes to find what to apply next, when nearly all that waits is the past."""
    from django.core.management import call_command
    from django.db import connection

    from crm.intake.claiming import due_heads
    from crm.models import Source

    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    source = Source.objects.create(kind="webhook", name="Till")
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"source": source.pk, "at": NOON, "count": waiting})
    for words in ("before the planner knows of them", "after"):
        started = time.perf_counter()
        found = due_heads(NOON, 100)
        milliseconds = 1000 * (time.perf_counter() - started)
        print(f"  {waiting:,} waiting, {words}: the next {len(found)} found in {milliseconds:.1f} ms", flush=True)
        analyze()


def orders(facts: int) -> list[Message]:
    """Placed, paid, delivered: the messages of an order in this order, those of all orders mixed."""
    chance = random.Random(7)
    told = [(number, word) for number in range(facts // MESSAGES_AN_ORDER) for word in range(MESSAGES_AN_ORDER)]
    places = sorted((chance.random(), number) for number, _word in told)
    words: dict[int, Iterator[int]] = {number: iter(range(MESSAGES_AN_ORDER)) for number, _word in told}
    return [_order(number, next(words[number])) for _place, number in places]


def _order(number: int, word: int) -> Message:
    moments = {name: NOON.isoformat() for name in ("paid_at", "delivered_at")[:word]}
    lines = [{"sku": f"SKU-{(number + place) % 50}", "quantity": 1, "price": "20", "cost": "8"} for place in range(2)]
    data = {"number": f"A-{number}", "placed_at": NOON.isoformat(), "customer": _customer(number), "lines": lines}
    return "order.updated", f"order A-{number}", data | moments


def events(facts: int) -> list[Message]:
    return [
        (
            "event.quiz",
            f"customer {number % PEOPLE}",
            {"id": f"e{number}", "name": "quiz_taken", "customer": _customer(number), "at": NOON.isoformat()},
        )
        for number in range(facts)
    ]


def customers(facts: int) -> list[Message]:
    return [
        ("customer.updated", f"customer {number % PEOPLE}", _customer(number) | {"city": f"City {number}"})
        for number in range(facts)
    ]


def _customer(number: int) -> dict[str, Any]:
    name = number % PEOPLE
    return {"id": str(name), "email": f"c{name}@example.com", "first_name": "Ann", "city": "Perm"}


def analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
