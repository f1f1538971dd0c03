"""`python -m config.web`: granian's command with Encore loaded before its workers fork, so that none loads it again.

Those options stand before the ones it is given, so that of the same name the given one holds.
"""

import gc
import multiprocessing
import resource
import sys

from granian.cli import entrypoint

OPTIONS = [
    "--interface", "rsgi", "--http", "1", "--no-ws", "--respawn-failed-workers",
    # Connections, of all workers and of each: one that says nothing is ended, and until then costs a few kilobytes.
    "--backlog", "4096", "--backpressure", "2048", "--http1-header-read-timeout", "20000",
    # A connection's buffer: the longest head, and as much of a body as is taken at once.
    "--http1-buffer-size", "65536",
]  # fmt: skip


def load() -> None:
    # A full collection over what stays for good costs a quarter of a second, several times while it loads.
    gc.disable()
    from django.urls import get_resolver

    import config.wsgi  # noqa: F401

    get_resolver().url_patterns  # noqa: B018
    gc.freeze()
    gc.enable()


def allow_connections() -> None:
    """As many open files as this user may have: each connection is one."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    allow_connections()
    load()
    sys.argv[1:] = [*OPTIONS, *sys.argv[1:]]
    entrypoint()  # type: ignore[no-untyped-call]
