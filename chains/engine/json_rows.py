"""Many rows as one parameter of a statement, for `json_to_recordset`.

An array for each column costs four times as much: psycopg passes every single element through a dumper of its own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as a JSON array of objects; of values that JSON does not know, it takes moments."""
    return json.dumps(list(rows), default=dt.datetime.isoformat)
