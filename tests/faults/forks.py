"""Many real processes at one moment, made from this one: they cost no start."""

import multiprocessing

from django.db import connections


def in_processes(work, names):
    """One process for each name, all let loose together; how each ended."""
    connections.close_all()
    forks = multiprocessing.get_context("fork")
    ready = forks.Barrier(len(names))
    processes = [forks.Process(target=_after, args=(ready, work, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=300)
    return [process.exitcode for process in processes]


def _after(ready, work, name):
    ready.wait(timeout=120)
    work(name)
