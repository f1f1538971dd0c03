"""Everything Encore measures, one after the other: `make bench`, or `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.peers.machine import machine

HERE = Path(__file__).resolve().parent


def main() -> None:
    known = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("__"))
    chosen = sys.argv[1:] or known
    if unknown := set(chosen) - set(known):
        sys.exit(f"No benchmark {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    print(f"Measured on {machine()}.")
    results = [(name, *run(name)) for name in chosen]
    print("\n" + "=" * 60)
    for name, is_done, seconds in results:
        print(f"{name:<20} {'done' if is_done else 'FAILED':<8} {seconds:7.1f} s")
    sys.exit(not all(is_done for _name, is_done, _seconds in results))


def run(name: str) -> tuple[bool, float]:
    """Each in a process of its own, so that none profits from what another left in memory."""
    print(f"\n== {name}", flush=True)
    started = time.perf_counter()
    done = subprocess.run([sys.executable, str(HERE / f"{name}.py")], cwd=HERE.parent, check=False)
    return done.returncode == 0, time.perf_counter() - started


if __name__ == "__main__":
    main()
