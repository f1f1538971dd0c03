"""How often somebody may do a thing: a window's worth at once, then at a steady pace, over all processes.

Kept as one moment, when all they did is worked off at its pace (GCRA): one statement a turn, whose commit waits for no
disk. A crash of the database forgets the last turns at most, and turns of one do not queue up behind each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.utils.crypto import salted_hmac

from crm.models import CallAllowance, VisitorAllowance

# Nothing comes back where the window's worth is used up; then nothing is written either.
TAKE = """
    INSERT INTO {table} AS known ({key}, settled_at)
    VALUES (%(key)s, clock_timestamp() + %(pace)s * interval '1 second')
    ON CONFLICT ({key}) DO UPDATE
        SET settled_at = greatest(known.settled_at, clock_timestamp()) + %(pace)s * interval '1 second'
        WHERE known.settled_at <= clock_timestamp() + %(room)s * interval '1 second'
    RETURNING extract(epoch FROM settled_at - clock_timestamp())::float8, set_config('synchronous_commit', 'off', true)
"""
LEFT = "SELECT extract(epoch FROM settled_at - clock_timestamp())::float8 FROM {table} WHERE {key} = %(key)s"

Kept = type[CallAllowance] | type[VisitorAllowance]


@dataclass(frozen=True, slots=True)
class Turn:
    """What is left of the window's worth; `wait` seconds before there is a turn at all."""

    remaining: int
    wait: float


def take_turn(kept_in: Kept, key: int | str, *, most: int, seconds: int) -> Turn:
    """Count one; outside a transaction, or it holds up the others of this key.

    A transaction around it would not wait for the disk either, and lose what else it holds in a crash.
    """
    take, left = _statements(kept_in)
    pace = seconds / most
    room = seconds - pace
    with connection.cursor() as cursor:
        cursor.execute(take, {"key": key, "pace": pace, "room": room})
        if taken := cursor.fetchone():
            return Turn(max(int((seconds - taken[0]) / pace + 1e-6), 0), 0)
        cursor.execute(left, {"key": key})
        known = cursor.fetchone()
    return Turn(0, max(known[0] - room, 0.001) if known else 0.001)


def visitors_turn(what: str, who: str, *, most: int, seconds: int) -> Turn:
    """Of a visitor known by an address or a link; one who cannot be told from others is not counted."""
    if not who:
        return Turn(most, 0)
    # Who it was cannot be read from what is kept.
    key = salted_hmac("crm.turns", f"{what} {who}").hexdigest()
    return take_turn(VisitorAllowance, key, most=most, seconds=seconds)


@cache
def _statements(kept_in: Kept) -> tuple[str, str]:
    names = {"table": kept_in._meta.db_table, "key": kept_in._meta.pk.column}
    return TAKE.format(**names), LEFT.format(**names)
