"""For whom a rule that crm keeps is meant: the rules of earning points, for example."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from segments.compile import matching
from segments.rules import RuleError


def among(rule: Mapping[str, Any], now: dt.datetime, customers: Collection[int]) -> set[int]:
    """Those of these customers for whom the rule holds; a rule that cannot be read any more holds for nobody."""
    try:
        return set(matching(rule, now, customers).values_list("pk", flat=True))
    except RuleError:
        return set()
