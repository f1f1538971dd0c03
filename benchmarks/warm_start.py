"""How long a second `manage.py start` takes until /healthz answers 200 and until everything is up.

    python benchmarks/warm_start.py [--runs 3]

The first start makes the database and is not counted. Between the runs everything is stopped. Data of its own, deleted
after. Goal: six seconds on two cores.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.order_to_outbox import is_up, wait_until  # noqa: E402

GOAL_SECONDS = 6
LONGEST_START = 180


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="encore") as folder:
        first = answered_after(folder)
        warm = sorted(answered_after(folder) for _run in range(runs))
    told = ", ".join(f"{one:.1f}" for one in warm)
    print(
        f"to the first 200 of /healthz: the first start {first:.1f} s, warm ones {told} s; "
        f"{warm[-1] / GOAL_SECONDS:.2f} of the goal of {GOAL_SECONDS} s"
    )


def answered_after(folder: str) -> float:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"ENCORE_VAR": str(Path(folder) / "var")}
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    began = time.perf_counter()
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_up(f"http://127.0.0.1:{port}"), LONGEST_START)
        return time.perf_counter() - began
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(90)


if __name__ == "__main__":
    main()
