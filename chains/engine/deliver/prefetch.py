"""Work done one slice ahead of where it is needed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from django.utils import translation

T = TypeVar("T")


def slices_ahead(items: Iterator[T], size: Callable[[], int]) -> Generator[list[T]]:
    """The items in slices; each is made in a second thread while the one before is in use.

    What makes the items must leave the database alone: a thread would open a connection of its own. The active
    language is activated in the thread too.
    """
    language = translation.get_language()

    def take(count: int) -> list[T]:
        with translation.override(language):
            return list(islice(items, count))

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as thread:
        next_slice = thread.submit(take, size())
        while slice_ := next_slice.result():
            next_slice = thread.submit(take, size())
            yield slice_
