"""Writing the touches that message steps plan, in one statement. Unqualified names: a rehearsal shadows the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from chains.engine.json_rows import as_json

# Half the cost of Django's bulk_create, which passes each value of each row through its field.
SCHEDULE = """
    INSERT INTO chains_touch (
        enrolment_id, chain_id, customer_id, order_id, step_key, step_name, channel, purpose, topic, due_at,
        useful_until, created_at, token, status, reason, variant, asks, survey_id, subject, facts, links, attempts
    )
    SELECT planned.*, '', '{}', '[]', 0
    FROM json_to_recordset(%(planned)s::json) AS planned (
        enrolment_id bigint, chain_id bigint, customer_id bigint, order_id bigint, step_key text, step_name text,
        channel text, purpose text, topic text, due_at timestamptz, useful_until timestamptz, created_at timestamptz,
        token text, status text, reason text, variant text, asks text, survey_id bigint
    )
    ON CONFLICT (enrolment_id, step_key) DO NOTHING
    RETURNING id
"""


class TouchRow(NamedTuple):
    """The columns written of a touch that a message step plans, named as the table spells them."""

    enrolment_id: int
    chain_id: int
    customer_id: int
    order_id: int | None
    step_key: str
    step_name: str
    channel: str
    purpose: str
    topic: str
    due_at: dt.datetime
    useful_until: dt.datetime
    created_at: dt.datetime
    token: str
    status: str
    reason: str
    variant: str
    asks: str
    survey_id: int | None


def schedule(planned: Sequence[TouchRow]) -> int:
    """Write touches; one that its enrolment already has for the step stays as it is. Returns how many are new."""
    if not planned:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(SCHEDULE, {"planned": as_json(touch._asdict() for touch in planned)})
        return len(cursor.fetchall())
