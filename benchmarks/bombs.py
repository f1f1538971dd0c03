"""What is made to choke its reader, and how soon it is refused: seconds of the processor, and megabytes.

    python benchmarks/bombs.py [WORD ...]

Files to import, each in a process of its own, as `peers/bombs.py` makes them. WORDs choose those
whose names hold one. Megabytes are those above what the process took before; where the reading is done by a further
process, all that one takes are counted. Ends with an error where one is not refused, or not within the goal.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
GOAL_SECONDS, GOAL_MEGABYTES = 1.0, 200
ONE = "--one"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == [ONE]:
        measure(sys.argv[2])
        return
    from benchmarks.peers import bombs

    chosen = [name for name in bombs.BOMBS if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    failed = [name for name in chosen if not run(name)]
    print(f"{len(chosen) - len(failed)} of {len(chosen)} within {GOAL_SECONDS:g} s and {GOAL_MEGABYTES} MB")
    sys.exit(bool(failed))


def run(name: str) -> bool:
    command = [sys.executable, "-W", "ignore", __file__, ONE, name]
    try:
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=200)
    except subprocess.TimeoutExpired:
        print(f"{name:<44} not over after 200 s")
        return False
    print(done.stdout.strip() or f"{name:<44} DIED {done.returncode}: {done.stderr[-300:]}", flush=True)
    return done.returncode == 0


def measure(name: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.utils import translation

    from benchmarks.peers import bombs

    translation.activate("en")
    make, read = bombs.BOMBS[name]
    with tempfile.TemporaryDirectory() as folder:
        bomb = make(Path(folder))
        before, further = megabytes(), Further()
        began = worked()
        said = read(bomb)
        seconds = worked() - began
    taken = max(megabytes() - before, further.stop())
    print(f"{name:<44} {seconds:6.2f} s {taken:5.0f} MB  {said}")
    sys.exit(not said or seconds > GOAL_SECONDS or taken > GOAL_MEGABYTES)


def worked() -> float:
    """Seconds of the processor, which do not depend on what else the machine does: of this thread and of processes."""
    further = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + further.ru_utime + further.ru_stime


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Further:
    """Looks every few milliseconds at the most that processes of this one ever took."""

    def __init__(self) -> None:
        self.most, self.is_over = 0.0, threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self) -> None:
        while not self.is_over.wait(0.03):
            for child in psutil.Process().children(recursive=True):
                with suppress(OSError, ValueError):
                    status = Path(f"/proc/{child.pid}/status").read_text()
                    self.most = max(self.most, int(status.partition("VmHWM:")[2].split("kB")[0] or 0) / 1024)

    def stop(self) -> float:
        self.is_over.set()
        self.thread.join()
        return self.most


if __name__ == "__main__":
    main()
