"""Which customers a rule of earning is for. The language of such rules is another app's, which registers its reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

# The ids, of these, for whom the rule holds.
Reader = Callable[[Mapping[str, Any], dt.datetime, Collection[int]], Collection[int]]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    if reader not in _readers:
        _readers.append(reader)


def among(audience: Mapping[str, Any] | None, at: dt.datetime, customers: Collection[int]) -> set[int]:
    """Those of these customers whom the rule is for; a rule that cannot be read is for nobody."""
    if not audience:
        return set(customers)
    return {pk for reader in _readers for pk in reader(audience, at, customers)}
