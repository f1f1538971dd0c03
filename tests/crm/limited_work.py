"""Work for a limited process: it imports this file, so nothing here needs settings."""

import os
import sys
import time


def squares(count):
    return (number * number for number in range(count))


def refusing(why):
    yield from ()
    raise ValueError(why)


def hoarding():
    yield from ()
    held = []
    while True:
        held.append("x" * 1_000_000)


def endless():
    yield from ()
    while True:
        pass


def bottomless():
    yield from bottomless()


def slow(count):
    """Each answer takes two thirds of a second of the processor."""
    for number in range(count):
        end = time.process_time() + 0.7
        while time.process_time() < end:
            pass
        yield number


def leaving(code):
    yield from ()
    sys.exit(code)


def noting(note):
    note.write_text(str(os.getpid()))
    while True:
        yield 1


def ask_whether_it_runs(pid):
    os.kill(pid, 0)
