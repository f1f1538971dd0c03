"""`python -m config.web`: granian's command with Encore loaded before its workers fork, so that none loads it again."""

import gc
import multiprocessing

from granian.cli import entrypoint


def load() -> None:
    # A full collection over what stays for good costs a quarter of a second, several times while it loads.
    gc.disable()
    from django.urls import get_resolver

    import config.wsgi  # noqa: F401

    get_resolver().url_patterns  # noqa: B018
    gc.freeze()
    gc.enable()


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    load()
    entrypoint()  # type: ignore[no-untyped-call]
