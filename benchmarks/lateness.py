"""How many letters a second leave in time: the highest steady rate at which the 95th percentile is under a second late.

    python benchmarks/lateness.py [--seconds 10] [--bisections 4]

Orders are recorded at a steady rate while one worker process runs; late is what passes from the recording to the
handing over of the letter. The rate is doubled until letters come late, then bisected; each try lasts so many seconds
and begins with empty tables. A machine's own pace is told by bare smtplib, sending ready-made letters of the same size
to the same server in the same run: the figure to compare is the part of it. Needs Postfix's `smtp-sink`. A database of
its own, dropped after.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LATEST_SECONDS = 1.0
FIRST_RATE = 50
HIGHEST_RATE = 6400
LETTERS = 2000
BODY = "Dear {{ customer.first_name }},\n\nBefore the first cup, rinse the kettle and boil water twice."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="of each try")
    parser.add_argument("--bisections", type=int, default=4)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from benchmarks.delivery_rate import mail_server

    settings.ENCORE_RING = False
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with mail_server() as port:
            measure(port, options.seconds, options.bisections)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def measure(port: int, seconds: float, bisections: int) -> None:
    from benchmarks.delivery_rate import bare_smtplib, ready_made
    from benchmarks.peers.shop import chain_of_one_letter

    chain = chain_of_one_letter("lateness", BODY, dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
    letter = ready_made(chain)
    paces = [LETTERS / bare_smtplib(letter, LETTERS, port).seconds]
    rate = highest_rate_in_time(port, seconds, bisections)
    # Once more at the end: others may use the machine, and then the two say so.
    paces.append(LETTERS / bare_smtplib(letter, LETTERS, port).seconds)
    bare = statistics.mean(paces)
    size, (earlier, later) = len(letter) / 1024, paces
    print(f"bare smtplib, ready-made letters of {size:.1f} KB: {earlier:,.0f}/s before, {later:,.0f}/s after")
    print(
        f"one worker, letters under {LATEST_SECONDS:.0f} s late (95th percentile): up to {rate:,} a second, "
        f"{rate / bare:.2f} of bare smtplib",
        flush=True,
    )


def highest_rate_in_time(port: int, seconds: float, bisections: int) -> int:
    """By doubling, then by halving the span between the last that held and the first that did not; 0 if none held."""
    held, failed = 0, FIRST_RATE
    while failed <= HIGHEST_RATE and is_in_time(port, failed, seconds):
        held, failed = failed, 2 * failed
    if failed > HIGHEST_RATE:
        return held
    for _bisection in range(bisections):
        middle = (held + failed) // 2
        if is_in_time(port, middle, seconds):
            held = middle
        else:
            failed = middle
    return held


def is_in_time(port: int, rate: int, seconds: float) -> bool:
    from benchmarks.engine_load import EVERY, Workers, check, drain, record_orders
    from benchmarks.peers import shop
    from crm.models import EventKind

    shop.clear()
    with Workers(port, 1):
        placed = record_orders(rate, seconds, kind=EventKind.ORDER_PLACED)
        drain(placed, seconds=60 + 4 * seconds)
    late = lateness()
    check(len(late) == placed, f"{len(late)} letters of {placed} orders")
    share = statistics.quantiles(late, n=100)
    # A writer that falls behind would flatter the worker.
    real = placed / (seconds - EVERY)
    print(
        f"  {rate:>5,}/s asked, {real:,.0f}/s recorded: median {share[49]:.2f} s, 95th percentile {share[94]:.2f} s",
        flush=True,
    )
    return share[94] < LATEST_SECONDS and real > 0.95 * rate


def lateness() -> list[float]:
    """Seconds from the recording of each order to the handing over of its letter."""
    from chains.models import Touch

    rows: Any = Touch.objects.sent().values_list("sent_at", "enrolment__triggered_at")
    return sorted((sent_at - at).total_seconds() for sent_at, at in rows)


if __name__ == "__main__":
    main()
