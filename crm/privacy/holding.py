"""Addresses within a text: whole ones, as joann@example.com is not ann@example.com."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import Q

# Where an address begins and ends, also in JSON as text, in which a new line before it is the letter n.
BEFORE, AFTER = r"((?<![\w.+%-])|(?<=\\[bfnrt]))", r"(?![\w-]|\.\w)"


def holds(column: str, addresses: Iterable[str]) -> Q:
    """Looked for first as they are, which is quicker."""
    found = Q(pk__in=[])
    for address in addresses:
        pattern = f"{BEFORE}{re.escape(address)}{AFTER}"
        found |= Q(**{f"{column}__icontains": address, f"{column}__iregex": pattern})
    return found
