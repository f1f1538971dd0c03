"""Letters a second to a local mail server, one process each, in one run: Encore, django-post_office, bare smtplib.

    python benchmarks/delivery_rate.py [--letters 3000] [--rounds 3]

Encore and post_office render a personal letter from the same sources; smtplib sends ready-made bytes of the same size.
Encore is measured from touches that are due (guard and deliver, as post_office from its queue), and besides from
events that nobody has handled yet (all four verbs). Needs Postfix's `smtp-sink`. Databases of its own, dropped after.
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
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / "benchmarks" / "peers" / "queued_by_post_office.py"
PEER_DATABASE = "encore_bench_post_office"
GOAL_POST_OFFICE, GOAL_SMTPLIB = 3, 0.25
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
BODY = (
    "Dear {{ customer.first_name }},\n\n"
    + "\n\n".join(f"Paragraph {number}: rinse the kettle, boil water twice and pour it out." for number in range(3))
    + "\n\n- [Instructions](https://example.com/instructions)\n- [Recipes](https://example.com/recipes)"
)


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

    settings.ENCORE_RING = False
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with mail_server() as port:
            settings.EMAIL_BACKEND = "chains.channels.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
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
    from benchmarks.peers.shop import chain_of_one_letter

    chain = chain_of_one_letter(BODY, NOON - dt.timedelta(days=1))
    assert chain.version
    text = chain.version.program["steps"][0]["texts"]["en"]
    ready = ready_made(chain)
    print(f"{letters:,} letters of {len(ready) / 1024:.1f} KB, medians of {rounds} rounds")
    rates: dict[str, list[float]] = {"due": [], "events": [], "post_office": [], "smtplib": []}
    for _round in range(rounds):
        rates["due"].append(letters / encore_from_due(chain, letters))
        rates["events"].append(letters / encore_from_events(letters))
        rates["post_office"].append(letters / post_office(text, letters, port))
        rates["smtplib"].append(letters / bare_smtplib(ready, letters, port))
    report({name: statistics.median(found) for name, found in rates.items()})


def report(rate: dict[str, float]) -> None:
    print(f"Encore, due touches to letters  {rate['due']:8,.0f}/s")
    print(f"Encore, events to letters       {rate['events']:8,.0f}/s")
    print(f"django-post_office              {rate['post_office']:8,.0f}/s")
    print(f"bare smtplib, ready-made        {rate['smtplib']:8,.0f}/s")
    print(f"Encore is {rate['due'] / rate['post_office']:.1f} x post_office (goal {GOAL_POST_OFFICE} x)")
    print(f"Encore is {rate['due'] / rate['smtplib']:.2f} of bare smtplib (goal {GOAL_SMTPLIB})")


def encore_from_due(chain: Any, letters: int) -> float:
    from benchmarks.peers.shop import clear, fill_due
    from chains.engine.run import tick

    clear()
    fill_due(chain, letters, NOON)
    return timed(lambda: tick(NOON), letters)


def encore_from_events(letters: int) -> float:
    from benchmarks.peers.shop import clear, fill_events
    from chains.engine.run import tick

    clear()
    fill_events(letters, NOON)
    return timed(lambda: tick(NOON), letters)


def timed(work: Any, letters: int) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    started = time.perf_counter()
    counts = work()
    seconds = time.perf_counter() - started
    if counts["sent"] != letters:
        raise SystemExit(f"sent {counts['sent']} of {letters} letters: {counts}")
    return seconds


def post_office(text: dict[str, Any], letters: int, port: int) -> float:
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
        "subject": in_django(text["subject"]),
        "text": in_django(text["text"]),
        "html": in_django(text["html"]),
    }
    try:
        done = subprocess.run(
            [sys.executable, PEER], input=json.dumps(task), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return float(done.stdout.split()[-1])
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {PEER_DATABASE}")


def in_django(source: str) -> str:
    """The same letter as a Django template: the name is personal, everything else becomes plain words."""
    import re

    named = source.replace("{{ customer.first_name }}", "\0")
    return re.sub(r"{%.*?%}|{{.*?}}", "https://example.com/", named, flags=re.DOTALL).replace("\0", "{{ name }}")


def ready_made(chain: Any) -> bytes:
    """One of the letters, as it goes over the wire."""
    from uuid import uuid4

    from benchmarks.peers.shop import clear, fill_due
    from chains.channels.email import letter_for
    from chains.engine.deliver import _taken
    from chains.engine.guard import guard
    from chains.engine.prepare import Prepared, prepare
    from crm.models import Shop

    clear()
    fill_due(chain, 1, NOON)
    lease = uuid4()
    guard(NOON, lease)
    (prepared,) = prepare(_taken(lease), NOON)
    assert isinstance(prepared, Prepared)
    return letter_for(prepared.outgoing, Shop.load()).message().as_bytes(linesep="\r\n")


def bare_smtplib(content: bytes, letters: int, port: int) -> float:
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(letters):
            server.sendmail("shop@example.com", [f"customer{number}@example.com"], content)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
