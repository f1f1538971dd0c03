"""How long an order told to the API takes until its confirmation is in the outbox, on a whole Encore as it is started.

    python benchmarks/order_to_outbox.py --orders 20

Starts one of its own, with data that it deletes. Goal: five seconds on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
GOAL_SECONDS = 5
LONGEST_START = 120
CONNECT = """
import datetime as dt
from django.utils import timezone
from chains.definition.publishing import publish
from chains.models import Chain
from chains.ready.words import chain_words
from crm.intake.api.keys import key_of
from crm.intake.sources import new_secret
from crm.models import Shop, Source
shop = Shop.load()
shop.quiet_from, shop.support_contact, shop.reply_address = shop.quiet_until, "+1 555", "shop@example.com"
shop.save()
publish(Chain.objects.get(name=chain_words("en", "small_appliance").name), timezone.now() - dt.timedelta(minutes=1))
print("KEY", key_of(Source.objects.create(kind="api", name="Benchmark", secret=new_secret("api"))))
"""


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--orders", type=int, default=20)
    orders = arguments.parse_args().orders
    with tempfile.TemporaryDirectory(prefix="encore") as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {"ENCORE_VAR": folder, "SITE_URL": f"http://127.0.0.1:{port}", "LANGUAGE_CODE": "en"}
        command = [sys.executable, "manage.py", "start", "--port", str(port)]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            measure(f"http://127.0.0.1:{port}", Path(folder) / "outbox", environment, orders)
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(60)


def measure(site: str, outbox: Path, environment: dict[str, str], orders: int) -> None:
    wait_until(lambda: is_up(site), LONGEST_START)
    shell = [sys.executable, "manage.py", "shell", "-v", "0", "-c", CONNECT]
    told = subprocess.run(shell, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    key = told.partition("KEY ")[2].strip()
    seconds = [seconds_to_outbox(site, key, number, outbox) for number in range(1, orders + 1)]
    print(
        f"{orders} orders, from the request to the letter: median {statistics.median(seconds):.2f} s, "
        f"longest {max(seconds):.2f} s; {max(seconds) / GOAL_SECONDS:.2f} of the goal of {GOAL_SECONDS} s"
    )


def seconds_to_outbox(site: str, key: str, number: int, outbox: Path) -> float:
    before, started = letters(outbox), time.perf_counter()
    order: dict[str, Any] = {
        "number": str(number),
        "customer": {"email": f"c{number}@example.com", "first_name": "Ann"},
        "placed_at": datetime.now(UTC).isoformat(),
        "lines": [{"sku": "K-1", "name": "Kettle", "quantity": 1, "price": "49.90"}],
    }
    requests.post(
        f"{site}/api/v1/orders", json=order, headers={"Authorization": f"Bearer {key}"}, timeout=60
    ).raise_for_status()
    wait_until(lambda: letters(outbox) > before, 60)
    return time.perf_counter() - started


def letters(outbox: Path) -> int:
    return sum(path.is_file() for path in outbox.rglob("*"))


def is_up(site: str) -> bool:
    try:
        return requests.get(f"{site}/healthz", timeout=2).ok
    except requests.ConnectionError:
        return False


def wait_until(holds: Callable[[], bool], most_seconds: float) -> None:
    end = time.monotonic() + most_seconds
    while not holds():
        if time.monotonic() > end:
            sys.exit(f"Nothing within {most_seconds} s.")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
