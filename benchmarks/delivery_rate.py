"""Letters a second to a local mail server, one process each, in one run: Encore, django-post_office, bare smtplib.

    python benchmarks/delivery_rate.py [--letters 3000] [--rounds 3]

Encore and post_office render the same personal letter, in plain English and in Russian, which a mail has to encode:
the same sources, links and headers; smtplib sends ready-made bytes of the same size. Each is measured from its queue
(due touches: guard and deliver) and from the fact (an event nobody handled yet: all four verbs; one send_many(), or a
send() each). Processor time is that of the sending process, from the queue: it tells more than the clock where others
use the machine; post_office uses its five threads. Encore also sends the letter with three blocks that depend on who
gets it, two of them shown, and with three products offered to each; beside it the plain one to the same customers, who
have goods then. Needs Postfix's `smtp-sink`. Databases of its own, dropped after.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / "benchmarks" / "peers" / "queued_by_post_office.py"
WORKER = ROOT / "benchmarks" / "peers" / "engine_worker.py"
PEER_DATABASE = "encore_bench_post_office"
GOAL_POST_OFFICE, GOAL_SMTPLIB, GOAL_TWO, GOAL_PERSONAL = 4, 0.4, 1.3, 1.3
LINES = {
    "due": "Encore, due touches to letters",
    "goods": "the same, to customers who have goods",
    "personal": "these with three personal blocks and offers",
    "one": "Encore, four times as many, one worker process",
    "two": "Encore, four times as many, two worker processes",
    "events": "Encore, events to letters (all four verbs)",
    "queued": "django-post_office, its queue to letters",
    "batch": "django-post_office, one send_many() to letters",
    "single": "django-post_office, a send() each to letters",
    "smtplib": "bare smtplib, ready-made letters",
}
USED = ("due", "goods", "personal", "queued", "smtplib")
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
BODIES = {
    "English": "Dear {{ customer.first_name }},\n\nBefore the first cup, rinse the kettle and boil water twice.\n\n"
    "- [Instructions](https://example.com/instructions)\n- [Recipes](https://example.com/recipes)",
    "Russian": "Здравствуйте, {{ customer.first_name }}!\n\nПеред первой чашкой дважды вскипятите воду.\n\n"
    "- [Инструкция](https://example.com/instructions)\n- [Рецепты](https://example.com/recipes)",
}


class Spent(NamedTuple):
    """Seconds by the clock, and of processor time in the sending process where that is measured."""

    seconds: float
    processor: float = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from config.celery import spare_what_is_loaded

    settings.ENCORE_RING = False
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with mail_server() as port:
            settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            spare_what_is_loaded()
            measure(options.letters, options.rounds, port)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


@contextmanager
def mail_server() -> Iterator[int]:
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"])
    try:
        for _attempt in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        sink.kill()
        sink.wait()


def measure(letters: int, rounds: int, port: int) -> None:
    from benchmarks.peers.same_letter import sources
    from benchmarks.peers.shop import chain_of_one_letter, make_only_live, personal_blocks

    for language, body in BODIES.items():
        since = NOON - dt.timedelta(days=1)
        personal = chain_of_one_letter(f"{language}, personal", body, since, personal_blocks())
        chain = chain_of_one_letter(language, body, since)
        assert chain.version
        letter = sources(chain.version.program["steps"][0]["texts"]["email"]["en"])
        ready = ready_made(chain)
        spent: dict[str, list[Spent]] = {name: [] for name in LINES}
        size = 0
        for _round in range(rounds):
            make_only_live(personal)
            spent["personal"].append(encore_from_due(personal, letters, has_goods=True))
            make_only_live(chain)
            spent["goods"].append(encore_from_due(chain, letters, has_goods=True))
            spent["due"].append(encore_from_due(chain, letters))
            for name, count in (("one", 1), ("two", 2)):
                spent[name].append(Spent(encore_by_workers(chain, 4 * letters, port, count) / 4))
            spent["events"].append(encore_from_events(letters))
            for name, is_batch in (("batch", True), ("single", False)):
                queueing, sending, size = post_office(letter, letters, port, is_batch=is_batch)
                spent[name].append(Spent(queueing + sending.seconds))
                spent["queued"].append(sending)
            spent["smtplib"].append(bare_smtplib(ready, letters, port))
        print(
            f"{letters:,} letters of {len(ready) / 1024:.1f} KB (post_office: {size / 1024:.1f} KB) in {language}, "
            f"medians of {rounds} rounds, with the lowest and the highest"
        )
        report({name: sorted(letters / one.seconds for one in found) for name, found in spent.items()})
        used = {name: statistics.median(one.processor for one in found) for name, found in spent.items()}
        report_used({name: 1e6 * used[name] / letters for name in USED})


def report(rates: dict[str, list[float]]) -> None:
    rate = {name: statistics.median(found) for name, found in rates.items()}
    for name, line in LINES.items():
        print(f"  {line:<52}{rate[name]:7,.0f}/s  ({rates[name][0]:,.0f} to {rates[name][-1]:,.0f})")
    ratios = (
        ("from the queue", "due", "queued"),
        ("from the fact, sent for in one call", "events", "batch"),
        ("from the fact, sent for one by one", "events", "single"),
        ("due touches against one by one", "due", "single"),
    )
    for words, ours, theirs in ratios:
        print(f"  {words:<38} {rate[ours] / rate[theirs]:.1f} x post_office (goal {GOAL_POST_OFFICE} x)")
    print(f"  {'from the queue':<38} {rate['due'] / rate['smtplib']:.2f} of bare smtplib (goal {GOAL_SMTPLIB})")
    print(f"  {'two processes':<38} {rate['two'] / rate['one']:.2f} x one (goal {GOAL_TWO} x)")


def report_used(microseconds: dict[str, float]) -> None:
    ours, goods, personal, queued, bare = (microseconds[name] for name in USED)
    print(
        f"  {'processor time a letter':<38} Encore {ours:,.0f} us, post_office {queued:,.0f} us "
        f"({queued / ours:.1f} x), smtplib {bare:,.0f} us ({bare / ours:.2f})"
    )
    print(
        f"  {'with personal blocks and offers':<38} {personal:,.0f} us, plain {goods:,.0f} us: "
        f"{personal / goods:.2f} x (goal {GOAL_PERSONAL} x)",
        flush=True,
    )


def encore_from_due(chain: Any, letters: int, *, has_goods: bool = False) -> Spent:
    from benchmarks.peers.shop import add_goods, clear, fill_due
    from chains.engine.run import tick

    clear()
    fill_due(chain, letters, NOON)
    if has_goods:
        add_goods()
    return timed(lambda: tick(NOON), letters)


def encore_from_events(letters: int) -> Spent:
    from benchmarks.peers.shop import clear, fill_events
    from chains.engine.run import tick

    clear()
    fill_events(letters, NOON)
    return timed(lambda: tick(NOON), letters)


def encore_by_workers(chain: Any, letters: int, port: int, count: int) -> float:
    """The slowest of fresh processes that begin together, each sending what it gets hold of."""
    from django.db import connection

    from benchmarks.peers.shop import clear, fill_due

    clear()
    fill_due(chain, letters, NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    command = [sys.executable, str(WORKER), str(connection.settings_dict["NAME"]), str(port), NOON.isoformat()]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _number in range(count)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    sent = sum(int(worker.communicate()[0]) for worker in workers)
    seconds = time.perf_counter() - started
    if sent != letters:
        raise SystemExit(f"{count} processes sent {sent} of {letters} letters")
    return seconds


def timed(work: Any, letters: int) -> Spent:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    started, used = time.perf_counter(), time.process_time()
    counts = work()
    spent = Spent(time.perf_counter() - started, time.process_time() - used)
    if counts["sent"] != letters:
        raise SystemExit(f"sent {counts['sent']} of {letters} letters: {counts}")
    return spent


def post_office(letter: dict[str, Any], letters: int, port: int, *, is_batch: bool) -> tuple[float, Spent, int]:
    """Seconds of queueing, what sending took, and the bytes of a letter."""
    from django.db import connection

    parameters = connection.get_connection_params()
    names = {"NAME": PEER_DATABASE, "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    database = {name: str(parameters.get(key, key)) for name, key in names.items()}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {PEER_DATABASE}")
        cursor.execute(f"CREATE DATABASE {PEER_DATABASE}")
    task = {
        "database": database,
        "host": "127.0.0.1",
        "port": port,
        "letters": letters,
        "is_batch": is_batch,
        **letter,
    }
    try:
        done = subprocess.run(
            [sys.executable, PEER], input=json.dumps(task), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        queueing, seconds, processor, size = done.stdout.split()[-4:]
        return float(queueing), Spent(float(seconds), float(processor)), int(size)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {PEER_DATABASE}")


def ready_made(chain: Any) -> bytes:
    """One of the letters, as it goes over the wire."""
    from uuid import uuid4

    from benchmarks.peers.shop import clear, fill_due
    from chains.channels.email.sender import letter_for
    from chains.engine.deliver.deliver import _leased
    from chains.engine.deliver.prepare import PreparedTouch, prepare
    from chains.engine.guard.guard import guard
    from crm.models import Shop

    clear()
    fill_due(chain, 1, NOON)
    lease = uuid4()
    guard(NOON, lease)
    (prepared,) = prepare(_leased(lease), NOON)
    assert isinstance(prepared, PreparedTouch)
    return letter_for(prepared.outgoing, Shop.load()).message().as_bytes(linesep="\r\n")


def bare_smtplib(content: bytes, letters: int, port: int) -> Spent:
    started, used = time.perf_counter(), time.process_time()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(letters):
            server.sendmail("shop@example.com", [f"customer{number}@example.com"], content)
    return Spent(time.perf_counter() - started, time.process_time() - used)


if __name__ == "__main__":
    main()
