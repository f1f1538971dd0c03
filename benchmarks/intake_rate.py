"""Events a second taken by the doors, beside the same server answering an empty view that reads the body.

    python benchmarks/intake_rate.py [--events 20000] [--clients 4] [--rounds 3] [--applied 1000] [--memory-events 0]

Granian as production runs it, over loopback, asked by client processes that each keep one connection. Singly a request
carries one event; in batches a hundred. The empty view gets the same bodies. What counts is events a second against
the empty view's requests a second where each carries one event; beside it stands the share of requests of the same
size, in which a hundred events are recorded for one answer. The empty view has the whole middleware of a page.

The tracking door keeps what comes, and a worker applies it: of that one worker's rate is told, beside the rate at which
the same recording functions take the same facts ready-made, a transaction each. `--memory-events` goes on sending, and
prints the server's memory on the way. Customers are known before, and no engine is woken. A database of its own,
dropped after.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EMPTY = "/empty/"
BATCH = 100
CUSTOMERS = 1_000
GOAL_SINGLE, GOAL_BATCH = 0.3, 0.5
Event = dict[str, Any]


@dataclass(frozen=True)
class Door:
    """Where events are sent, singly and in batches, and how they look there."""

    name: str
    kind: str
    single: str
    batch: str
    one: Callable[[int], Event]
    many: Callable[[list[Event]], Event]
    is_kept_first: bool = False


def api_event(number: int) -> Event:
    return {
        "id": f"event-{number}",
        "name": "quiz_taken",
        "customer": {"email": f"customer{number % CUSTOMERS}@example.com"},
        "at": "2026-03-10T12:00:00+03:00",
        "properties": {"quiz": "coffee", "answers": [1, 4, 2], "score": number % 10},
    }


def tracking_call(number: int) -> Event:
    """As the clients of Segment send it."""
    return {
        "type": "track",
        "messageId": f"message-{number}",
        "userId": f"customer-{number % CUSTOMERS}",
        "event": "Quiz Taken",
        "timestamp": "2026-03-10T12:00:00.000Z",
        "context": {"library": {"name": "analytics-python", "version": "2.3.3"}},
        "properties": {"quiz": "coffee", "answers": [1, 4, 2], "score": number % 10},
    }


DOORS = (
    Door("API", "api", "/api/v1/events", "/api/v1/events/batch", api_event, lambda items: {"items": items}),
    Door(
        "Tracking",
        "tracking",
        "/v1/track",
        "/v1/batch",
        tracking_call,
        lambda calls: {"batch": calls},
        is_kept_first=True,
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000, help="in batches; a tenth of them singly")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--applied", type=int, default=1_000, help="of those a door keeps, by one worker")
    parser.add_argument("--memory-events", type=int, default=0)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        add_customers()
        with server(str(connection.settings_dict["NAME"])) as (port, web):
            for door in DOORS:
                measure(door, port, options)
                if options.memory_events:
                    watch_memory(door, port, web, options)
    finally:
        end_other_sessions()
        connection.creation.destroy_test_db(before, verbosity=0)


def add_customers() -> None:
    from crm.models import Contact, Customer

    customers = Customer.objects.bulk_create(
        Customer(first_name="Ann", external_id=f"customer-{number}") for number in range(CUSTOMERS)
    )
    Contact.objects.bulk_create(
        Contact(customer=customer, channel="email", address=f"customer{number}@example.com")
        for number, customer in enumerate(customers)
    )


@contextmanager
def server(database: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The web server of `manage.py start`, on the benchmark's database, with the empty view beside Encore's own."""
    from config.management.commands.start import children

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "BENCH_DATABASE": database, "ENCORE_RING": "false"}
    web = children("127.0.0.1", port, environment)[0]
    command = ["benchmarks.peers.empty_view:application" if "gateway:" in word else word for word in web.command]
    running = subprocess.Popen(command, cwd=ROOT, env=web.environment)
    try:
        wait_for(port)
        yield port, running
    finally:
        running.terminate()
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            running.kill()


def wait_for(port: int) -> None:
    for _attempt in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The web server did not start")


def measure(door: Door, port: int, options: argparse.Namespace) -> None:
    """Medians of rounds in which the empty view and the door take turns, so that both see the same machine."""
    source = source_of(door)
    key = key_of(source)
    singles, events = max(options.events // 10, options.clients), options.events
    rates: dict[str, list[float]] = defaultdict(list)
    for number in range(options.rounds):
        start = number * (singles + events)
        one = bodies(door, start, singles, 1)
        many = bodies(door, start + singles, events, BATCH)
        rates["empty"].append(len(one) / send(port, EMPTY, one, key, options.clients))
        rates["single"].append(len(one) / send(port, door.single, one, key, options.clients))
        rates["empty batch"].append(len(many) / send(port, EMPTY, many, key, options.clients))
        rates["batch"].append(events / send(port, door.batch, many, key, options.clients))
        if door.is_kept_first:
            rates["applied"].append(applied(options.applied))
            rates["recorded"].append(recorded(door, source, -(number + 1) * options.applied, options.applied))
    check(door, source, options.rounds * (singles + events))
    report(door, {name: statistics.median(found) for name, found in rates.items()}, options)


def source_of(door: Door) -> Any:
    from crm.models import Source

    return Source.objects.create(
        kind=door.kind, name=f"{door.name} bench", secret="s3cret", requests_a_minute=100_000_000
    )


def key_of(source: Any) -> str:
    return f"Bearer {source.key}.{source.secret}"


def bodies(door: Door, start: int, count: int, size: int) -> list[bytes]:
    """Ready-made, so that the clients cost little."""
    events = [door.one(number) for number in range(start, start + count)]
    if size == 1:
        return [json.dumps(event).encode() for event in events]
    return [json.dumps(door.many(events[first : first + size])).encode() for first in range(0, count, size)]


def send(port: int, path: str, waiting: list[bytes], key: str, clients: int) -> float:
    """Seconds until all are answered, shared out over processes that begin together."""
    begin = multiprocessing.Barrier(clients + 1)
    processes = [
        multiprocessing.Process(target=client, args=(port, path, waiting[place::clients], key, begin))
        for place in range(clients)
    ]
    for process in processes:
        process.start()
    begin.wait(timeout=60)
    started = time.perf_counter()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise SystemExit(f"{path} refused a request")
    return time.perf_counter() - started


def client(port: int, path: str, waiting: list[bytes], key: str, begin: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    headers = {"Content-Type": "application/json", "Authorization": key}
    begin.wait(timeout=60)
    for body in waiting:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status >= 300 or b'"ok": false' in answer:
            sys.exit(answer[:500].decode())


def applied(count: int) -> float:
    """Kept events that one worker applies a second."""
    from django.utils import timezone

    from crm.intake.deliveries import apply_due
    from crm.intake.doors import read

    started = time.perf_counter()
    if set(done := apply_due(timezone.now(), read, count)) != {"applied"}:
        raise SystemExit(f"Not all of them could be applied: {dict(done)}")
    return done.total() / (time.perf_counter() - started)


def recorded(door: Door, source: Any, start: int, count: int) -> float:
    """Facts of the same kind recorded a second where they were never kept."""
    from django.utils import timezone

    from crm.intake.doors import read
    from crm.intake.recording import record_fact
    from crm.models import Delivery

    calls = [door.one(number) for number in range(start, start + count)]
    facts = [fact for call in calls for fact in read(Delivery(source=source, key=call["messageId"], payload=call))]
    started = time.perf_counter()
    for fact in facts:
        record_fact(fact, source, timezone.now())
    return count / (time.perf_counter() - started)


def check(door: Door, source: Any, expected: int) -> None:
    from crm.models import Event

    found = (
        source.deliveries.count() if door.is_kept_first else Event.objects.filter(source=f"source:{source.pk}").count()
    )
    if found != expected:
        raise SystemExit(f"{door.name}: {found} of {expected} events are there")


def report(door: Door, rate: dict[str, float], options: argparse.Namespace) -> None:
    single, batch = rate["single"] / rate["empty"], rate["batch"] / rate["empty"]
    print(f"{door.name}, {options.clients} clients, medians of {options.rounds} rounds")
    print(f"  empty view, one event in the body           {rate['empty']:9,.0f} requests/s")
    print(f"  empty view, {BATCH} events in the body         {rate['empty batch']:9,.0f} requests/s")
    print(f"  singly                                      {rate['single']:9,.0f} events/s")
    print(f"  in batches of {BATCH}                           {rate['batch']:9,.0f} events/s")
    if door.is_kept_first:
        print(f"  applied by one worker                       {rate['applied']:9,.0f} events/s")
        print(f"  the recording functions alone               {rate['recorded']:9,.0f} events/s")
    print(f"  singly      {single:6.2f} of the empty view (goal {GOAL_SINGLE})")
    print(f"  in batches  {batch:6.2f} of the empty view with one event a request (goal {GOAL_BATCH})")
    same_size = rate["batch"] / BATCH / rate["empty batch"]
    print(f"  in batches  {same_size:6.2f} of the empty view with {BATCH} events a request", flush=True)


def watch_memory(door: Door, port: int, web: subprocess.Popen[bytes], options: argparse.Namespace) -> None:
    """Resident memory of the server's processes at each tenth of the way; flat but for what they warm up with."""
    from crm.models import Source

    key = key_of(Source.objects.get(name=f"{door.name} bench"))
    piece = max(options.memory_events // 10, BATCH)
    sizes = []
    for place in range(10):
        start = 1_000_000_000 + place * piece
        send(port, door.batch, bodies(door, start, piece, BATCH), key, options.clients)
        sizes.append(memory(web.pid))
    words = ", ".join(f"{size:.0f}" for size in sizes)
    print(f"  memory of the server over {10 * piece:,} events, MB: {words}", flush=True)


def memory(pid: int) -> float:
    import psutil

    server = psutil.Process(pid)
    return float(sum(one.memory_info().rss for one in [server, *server.children(recursive=True)])) / 1e6


def end_other_sessions() -> None:
    """The server's pool may not be gone yet."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


if __name__ == "__main__":
    main()
