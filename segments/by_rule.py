"""A segment for a rule that something else proposes: the one that is there already, or a new one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from segments.models import Segment
from segments.query_timeout import SCREEN_LIMIT
from segments.refresh import refresh
from segments.rule_json import dump, parse

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('segments.by_rule', 0))"
LONGEST_NAME = 200


@transaction.atomic
def find_or_add(rule: dict[str, Any], name: str, description: str, now: dt.datetime) -> tuple[Segment, bool]:
    """And whether it is new. Its members are found as soon as that is committed, if it takes no longer than a screen.

    A segment whose rule staff changed since is another one; then the name gets a number. Raises RuleError.
    """
    written = dump(parse(rule))
    _lock()
    known = Segment.objects.filter(rule=written).order_by("pk").first()
    if known is not None:
        return known, False
    segment = Segment(name=_free_name(name), description=description, rule=written, created_at=now)
    segment.save()
    transaction.on_commit(lambda: refresh(segment, now, SCREEN_LIMIT), robust=True)
    return segment, True


def _lock() -> None:
    """Two presses at once would both find none."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def _free_name(name: str) -> str:
    taken = set(Segment.objects.values_list("name", flat=True))
    tried, number = name[:LONGEST_NAME], 1
    while tried in taken:
        number += 1
        ending = f" ({number})"
        tried = name[: LONGEST_NAME - len(ending)] + ending
    return tried
