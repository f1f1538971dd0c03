"""JSON as the database can keep it."""

from __future__ import annotations

import math
from typing import Any


def storable(value: Any) -> Any:
    """PostgreSQL keeps neither the character NUL, nor half of a pair of surrogates, nor a number that is none."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
