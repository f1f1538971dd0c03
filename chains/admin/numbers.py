"""Numbers of rows that a page was given by its address or its form."""

from __future__ import annotations

from collections.abc import Mapping

# What a column of numbers holds.
LONGEST = 18


def number_in(given: Mapping[str, str], name: str) -> int:
    """The number under this name; 0, which no row has, where there is none."""
    written = given.get(name, "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= LONGEST else 0
