"""Work on what strangers sent, in a process of its own that has so much memory and time and no more.

A file made to choke its reader ends that process; whoever asked reads why, and goes on. The process knows neither
settings nor database, and is gone when the asking is: it starts in a fraction of a second.
"""

from __future__ import annotations

import pickle
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

ROOT = Path(__file__).resolve().parent.parent
STATEMENT_OF_MEMORY = Path("/proc/self/statm")

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """`megabytes` beside those Python itself takes; `seconds` of the processor for each answer."""

    megabytes: int = 200
    seconds: int = 20


class OverLimit(Exception):
    """The work asked for more memory or time than it is given."""


class Died(Exception):
    """The process ended without a word, and within its limits."""


def answers(limits: Limits, work: Callable[P, Iterable[T]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
    """What `work` yields in a process of its own, and what it raises.

    `work` is a function of a module that is imported without Django's settings; its arguments and answers are pickled.
    Raises OverLimit.
    """
    command = [sys.executable, "-W", "ignore", "-c", "from crm.limited_process import main; main()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as child:
        try:
            yield from _answered(child, pickle.dumps((limits, work, args, kwargs)))
        finally:
            child.kill()


def _answered(child: subprocess.Popen[bytes], asked: bytes) -> Iterator[Any]:
    to_child, from_child = _pipes(child)
    with suppress(BrokenPipeError):  # what ended it is read below
        to_child.write(asked)
        to_child.close()
    while (answer := _next(child, from_child)) is not None:
        is_raised, told = answer
        if is_raised:
            raise told
        yield told


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None:
        raise AssertionError
    return child.stdin, child.stdout


def _next(child: subprocess.Popen[bytes], from_child: IO[bytes]) -> tuple[bool, Any] | None:
    try:
        answer: tuple[bool, Any] | None = pickle.load(from_child)  # noqa: S301 - written by `main` below
    except (EOFError, pickle.UnpicklingError):
        raise _ended(child.wait()) from None
    return answer


def _ended(code: int) -> Exception:
    """Killed by the system for its time, or for memory that Python had no chance to miss."""
    return OverLimit() if code < 0 else Died(code)


def main() -> None:
    answer = sys.stdout.buffer
    last: tuple[bool, Exception] | None = None
    limits, work, args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by `answers` above
    try:
        _limit_memory(limits.megabytes)
        _limit_time(limits.seconds)
        for told in work(*args, **kwargs):
            pickle.dump((False, told), answer)
            answer.flush()
            _limit_time(limits.seconds)
    except (MemoryError, RecursionError):
        last = (True, OverLimit())
    except Exception as error:
        last = (True, error)
    pickle.dump(last, answer)
    answer.flush()


def _limit_memory(megabytes: int) -> None:
    """Where the system does not say what is taken already, it keeps no such limit either."""
    if STATEMENT_OF_MEMORY.exists():
        taken = int(STATEMENT_OF_MEMORY.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + megabytes * 1_000_000, resource.RLIM_INFINITY))


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
