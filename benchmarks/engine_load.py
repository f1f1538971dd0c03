"""What the engine stands: enrolments a second, and workers killed in the middle of their work.

    python benchmarks/engine_load.py [--rate 200] [--kills 12]

Real worker processes on a database of its own, letters to a local SMTP server that notes every Message-ID. Orders are
recorded at a steady rate; each starts a service letter and a marketing letter. A worker that waits looks again after a
tenth of a second. Under the kills two workers run and one of them is ended with SIGKILL again and again; what the dead
left uncertain is settled at the end by a pass after their leases ran out. Exits with an error when a letter is lost, a
marketing letter comes twice, or a service letter comes twice without having been uncertain.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORKER = ROOT / "benchmarks" / "peers" / "engine_worker.py"
MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)\r$", re.MULTILINE)
EVERY = 0.2
ASKED = "benchmark.asked"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=200, help="orders a second, two letters each")
    parser.add_argument("--kills", type=int, default=12)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.ENCORE_RING = False
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        enrolments()
        with MailServer() as sink:
            settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
            killed(sink, options.rate, options.kills)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


class MailServer:
    """A mail server in this process that notes when which letter came."""

    def __init__(self) -> None:
        from aiosmtpd.controller import Controller

        self.arrived: Counter[str] = Counter()
        self.controller = Controller(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        found = MESSAGE_ID.search(envelope.content)
        assert found
        self.arrived[found[1].decode()] += 1
        return "250 OK"

    def __enter__(self) -> MailServer:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.controller.port = self.port
        self.controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.controller.stop()


def enrolments(count: int = 20_000) -> None:
    from django.db import connection

    from benchmarks.peers import shop
    from chains.engine.enrol.enrol import enrol

    at = dt.datetime.now(dt.UTC)
    shop.chain_of_two_letters(at - dt.timedelta(days=1))
    shop.clear()
    shop.fill_events(count, at, shop.ASKED)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    started = time.perf_counter()
    entered = 0
    while done := enrol(at):
        entered += done["entered"]
    seconds = time.perf_counter() - started
    check(entered == count, f"{entered} of {count} entered")
    print(f"enrolments, from events nobody handled yet: {count / seconds:,.0f}/s", flush=True)


def killed(sink: MailServer, rate: int, kills: int) -> None:
    from benchmarks.peers import shop
    from chains.engine.guard.guard import LEASE
    from chains.engine.run import tick
    from chains.models import Touch

    shop.clear()
    sink.arrived.clear()
    chance = random.Random(kills)
    placed = 0
    with Workers(sink.port, 2) as workers:
        for _kill in range(kills):
            placed += record_orders(rate, chance.uniform(0.3, 1.2), start=placed)
            workers.kill_one()
        drain(2 * placed, seconds=120, but=Touch.objects.leased())
    later = dt.datetime.now(dt.UTC) + LEASE
    for passes in range(10):
        tick(later + passes * LEASE)
    account(sink, placed, kills)


def account(sink: MailServer, placed: int, kills: int) -> None:
    from chains.models import Touch

    states: Counter[tuple[str, str]] = Counter()
    lost = doubled = repeated = 0
    for touch in Touch.objects.only("token", "purpose", "status", "attempts"):
        times = sink.arrived[touch.message_id]
        states[touch.purpose, touch.status] += 1
        is_settled = touch.status == "sent" or (touch.status == "unknown" and touch.purpose == "marketing")
        lost += not is_settled or (touch.status == "sent" and not times)
        doubled += times > 1 and (touch.purpose == "marketing" or touch.attempts < 2)
        repeated += times > 1
    uncertain = states["marketing", "unknown"]
    print(
        f"{kills} workers killed while {placed:,} orders came in: {sum(states.values()):,} letters, {lost} lost, "
        f"{doubled} doubled; {uncertain} marketing letters left uncertain for a human, {repeated} uncertain service "
        "letters sent again under the same Message-ID"
    )
    check(sum(states.values()) == 2 * placed and not lost and not doubled, str(dict(states)))


class Workers:
    """Worker processes, ended with the block; every one killed is replaced."""

    def __init__(self, port: int, count: int) -> None:
        self.port, self.count = port, count
        self.running: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Workers:
        self.running = [self._started() for _number in range(self.count)]
        return self

    def __exit__(self, *_error: object) -> None:
        for worker in self.running:
            self._kill(worker)

    def kill_one(self) -> None:
        self._kill(self.running.pop(0))
        self.running.append(self._started())

    def _started(self) -> subprocess.Popen[str]:
        from django.db import connection

        worker = subprocess.Popen(
            [sys.executable, str(WORKER), str(connection.settings_dict["NAME"]), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdin
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
        worker.stdin.write("go\n")
        worker.stdin.flush()
        return worker

    @staticmethod
    def _kill(worker: subprocess.Popen[str]) -> None:
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate()


def record_orders(rate: int, seconds: float, start: int = 0, kind: str = ASKED) -> int:
    """Orders at a steady rate, several at once; returns how many."""
    from benchmarks.peers import shop

    began, placed = time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds:
        due = int(rate * passed) - placed
        if due:
            shop.fill_events(due, dt.datetime.now(dt.UTC), kind, start + placed)
            placed += due
        time.sleep(EVERY)
    return placed


def drain(letters: int, seconds: float, but: Any = None) -> None:
    """Wait until every letter was handed over, or is held by a worker that died."""
    from chains.models import Touch

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done = Touch.objects.exclude(status="scheduled").exclude(status__in=["claimed", "sending"]).count()
        held = but.count() if but is not None else 0
        if done + held >= letters:
            return
        time.sleep(EVERY)


def check(is_right: bool, found: str) -> None:
    if not is_right:
        raise SystemExit(f"WRONG: {found}")


if __name__ == "__main__":
    main()
