"""How long a rehearsal takes: a chain of four messages against 90 days of a shop with 10,000 orders in them.

    python benchmarks/rehearsal.py [--orders 10000] [--days 90] [--profile]

The orders are imported, half of their customers agreed to marketing. Works in a database of its own that it drops.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LAST = dt.date(2026, 3, 1)
NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
LIMIT_SECONDS = 30
PARTS = ("move", "enrol", "advance", "guard", "deliver")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--profile", action="store_true", help="Say where the time went.")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    from config.celery import spare_what_is_loaded

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        # As a worker does.
        spare_what_is_loaded()
        fill(options.orders, options.days)
        measure(options.orders, options.days, is_profiled=options.profile)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def fill(orders: int, days: int) -> None:
    """Orders at random moments of the day, most of them paid, shipped and delivered within days."""
    from crm.intake.files.import_file import import_file

    chance = random.Random(7)
    first = dt.datetime.combine(LAST, dt.time(), dt.UTC) - dt.timedelta(days=days - 1)
    people = [f"c{number}" for number in range(orders * 2 // 3)]
    placed = [(chance.choice(people), first + chance.random() * days * dt.timedelta(days=1)) for _ in range(orders)]
    with tempfile.TemporaryDirectory() as folder:
        lines, yeses = Path(folder) / "orders.csv", Path(folder) / "customers.csv"
        _write(lines, [_order(number, *one, chance) for number, one in enumerate(placed)])
        _write(yeses, [_person(person, number, first) for number, person in enumerate(people)])
        for kind, path in (("customers", yeses), ("orders", lines)):
            report = import_file(kind, path, now=NOW)
            if not report.is_applied:
                raise SystemExit(f"the file was refused: {report.problems[0]}")


def _order(number: int, person: str, at: dt.datetime, chance: random.Random) -> dict[str, Any]:
    shipped_at = at + dt.timedelta(hours=chance.randint(4, 48))
    delivered_at = shipped_at + dt.timedelta(hours=chance.randint(20, 120))
    return {
        "order_number": f"B-{number}",
        "customer_id": person,
        "placed_at": at.isoformat(),
        "paid_at": (at + dt.timedelta(minutes=5)).isoformat(),
        "shipped_at": shipped_at.isoformat() if shipped_at < NOW else "",
        "delivered_at": delivered_at.isoformat() if delivered_at < NOW else "",
        "sku": f"S{number % 50}",
        "product": f"Kettle {number % 50}",
        "quantity": 1,
        "price": 50,
    }


def _person(person: str, number: int, at: dt.datetime) -> dict[str, Any]:
    return {
        "customer_id": person,
        "email": f"{person}@example.com",
        "first_name": "Ann",
        "marketing_consent": "yes" if number % 2 else "no",
        "consent_wording": "Write to me",
        "consent_at": at.isoformat(),
    }


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def draft() -> Any:
    """Thanks, care after the delivery, a question a week later, an offer after a month until the next order."""
    from chains.messages.written import WrittenText, plain_blocks, save_text
    from chains.models import Chain, MessageTemplate, Step
    from crm.models import Shop

    shop = Shop.load()
    shop.support_contact, shop.reply_address = "+44 20 7946 0000", "help@example.com"
    shop.save()
    chain = Chain.objects.create(name="After the order", trigger_event="order.placed", goal="ordered")
    steps: list[dict[str, Any]] = [
        {"name": "thanks"},
        {"wait": 3, "wait_from": "delivered"},
        {"name": "care"},
        {"wait": 7},
        {"name": "question"},
        {"wait": 14},
        {"name": "offer", "purpose": "marketing"},
    ]
    for position, step in enumerate(steps):
        if "wait" in step:
            kind = Step.Wait.OFFSET if "wait_from" in step else Step.Wait.TIME
            told = {"kind": Step.Kind.WAIT, "wait": kind, "wait_amount": step["wait"]}
            told |= {"wait_from": step["wait_from"]} if "wait_from" in step else {}
        else:
            purpose = step.get("purpose", "service")
            template = MessageTemplate.objects.create(name=step["name"], purpose=purpose)
            words = "About {{ order.number }}, {{ order.products }}, of {{ order.placed_on }}."
            subject = f"{{{{ customer.first_name }}}}: {step['name']}"
            save_text(template, WrittenText(language="en", subject=subject, blocks=plain_blocks(words)))
            told = {"name": step["name"], "purpose": purpose, "template": template}
        Step.objects.create(chain=chain, position=position, **told)
    return chain


def measure(orders: int, days: int, *, is_profiled: bool) -> None:
    from chains.simulate.rehearsal.period import RehearsalPeriod
    from chains.simulate.rehearsal.rehearse import rehearse

    chain, period = draft(), RehearsalPeriod.of(LAST - dt.timedelta(days=days - 1), LAST, NOW)
    profile = None
    if is_profiled:
        import cProfile

        profile = cProfile.Profile()
        profile.enable()
    started, cpu = time.perf_counter(), time.process_time()
    parts, session = timed_parts(), DatabaseSession()
    result = rehearse(chain, period, session.look)
    seconds, busy = time.perf_counter() - started, time.process_time() - cpu
    if profile:
        import pstats

        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    sent = sum(step["sent"] for step in result["steps"])
    print(f"{days} days, {orders:,} orders: {result['entered']:,} entered, {sent:,} messages, {result['postponed']:,} ")
    print(f"{seconds:.1f} s: {seconds / LIMIT_SECONDS:.2f} of the limit")
    print(f"busy for {busy + session.busy:.1f} s: this process {busy:.1f} s, the database {session.busy:.1f} s")
    for name, (calls, spent) in parts.items():
        print(f"  {name:<8} {spent / seconds:4.0%}  {calls:,} calls")


def timed_parts() -> dict[str, list[float]]:
    """By part its calls and seconds, of the rehearsals from now on."""
    from chains.simulate.rehearsal import engine_pass
    from chains.simulate.rehearsal.replica.replica import Replica

    parts: dict[str, list[float]] = {name: [0, 0] for name in PARTS}

    def timed(name: str, part: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return part(*args, **options)
            finally:
                parts[name][0] += 1
                parts[name][1] += time.perf_counter() - started

        return run

    for name in PARTS:
        owner = Replica if name == "move" else engine_pass
        setattr(owner, name, timed(name, getattr(owner, name)))
    return parts


class DatabaseSession:
    """How long the session of a rehearsal was busy in PostgreSQL: its own process on this machine."""

    def __init__(self) -> None:
        self.busy, self._pid = 0.0, 0

    def look(self, _share: float, _live_session: Any) -> None:
        """From among the hours, so the connection is the rehearsal's."""
        from django.db import connection

        if not self._pid:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid = cursor.fetchone()[0]
        stat = Path(f"/proc/{self._pid}/stat")
        if stat.exists():
            user, system = stat.read_text().rpartition(")")[2].split()[11:13]
            self.busy = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
