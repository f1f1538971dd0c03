"""The results of a rehearsal, read from its temporary tables before they vanish."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import connection

from chains.explain.reasons import because
from chains.models import Enrolment, Touch
from chains.program.program import Program
from crm.models import Order

BUSIEST_SHOWN = 10

DAYS = """
    SELECT (sent_at AT TIME ZONE %(zone)s)::date AS day, purpose, count(*)
    FROM chains_touch WHERE chain_id = %(chain)s AND status = 'sent' GROUP BY day, purpose ORDER BY day
"""
STEPS = """
    SELECT step_key, status, reason, count(*) FROM chains_touch WHERE chain_id = %(chain)s
    GROUP BY step_key, status, reason ORDER BY count(*) DESC, reason
"""
CALLS = "SELECT data ->> 'step', count(*) FROM crm_webhookmessage WHERE kind = 'chain.call' GROUP BY 1"
# What other chains really sent is counted with it: all of it would have been in the same mailbox.
BUSIEST_CUSTOMERS = """
    SELECT week.customer_id, count(*) FILTER (WHERE is_own), max(in_week),
           customer.first_name, customer.last_name, customer.external_id
    FROM (
        SELECT customer_id, chain_id = %(chain)s AS is_own, count(*) OVER (
            PARTITION BY customer_id ORDER BY sent_at RANGE BETWEEN '7 days' PRECEDING AND CURRENT ROW
        ) AS in_week
        FROM chains_touch WHERE status = 'sent' AND sent_at > %(since)s::timestamptz - interval '7 days'
    ) AS week JOIN crm_customer AS customer ON customer.id = week.customer_id
    GROUP BY week.customer_id, customer.id HAVING bool_or(is_own)
    ORDER BY 2 DESC, 3 DESC, 1 LIMIT %(limit)s
"""
LOG = """
    SELECT customer.id, coalesce(customer.external_id, ''), coalesce(bought.number, ''), touch.step_key,
           touch.step_name, touch.channel, touch.purpose, touch.status, touch.reason, touch.due_at, touch.sent_at
    FROM chains_touch AS touch
    JOIN crm_customer AS customer ON customer.id = touch.customer_id
    LEFT JOIN crm_order AS bought ON bought.id = touch.order_id
    WHERE touch.chain_id = %(chain)s ORDER BY coalesce(touch.sent_at, touch.due_at), touch.id
"""
LOG_NAMES = (
    "customer",
    "external_id",
    "order",
    "step_key",
    "step",
    "channel",
    "purpose",
    "status",
    "reason",
    "due_at",
    "sent_at",
)


def figures(program: Program, since: dt.datetime) -> dict[str, Any]:
    values = {"chain": program.chain_id, "since": since, "zone": settings.TIME_ZONE, "limit": BUSIEST_SHOWN}
    return {
        **_enrolments(program.chain_id),
        # What came after the last day is not in the tables.
        "orders": Order.objects.filter(placed_at__gt=since).count(),
        "days": _days(_rows(DAYS, values)),
        "steps": _steps(program, _rows(STEPS, values)),
        "calls": _calls(program, dict(_rows(CALLS, values))),
        "busiest": [
            {"customer": pk, "name": _name(*words), "touches": touches, "most_in_7_days": most}
            for pk, touches, most, *words in _rows(BUSIEST_CUSTOMERS, values)
        ],
    }


def log(chain: int) -> list[dict[str, Any]]:
    """Every touch, sent or not."""
    return [
        {
            name: value.isoformat() if isinstance(value, dt.datetime) else value
            for name, value in zip(LOG_NAMES, row, strict=True)
        }
        for row in _rows(LOG, {"chain": chain})
    ]


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _name(first: str, last: str, external_id: str | None) -> str:
    return f"{first} {last}".strip() or external_id or ""


def _enrolments(chain: int) -> dict[str, Any]:
    enrolments = Enrolment.objects.filter(chain=chain).order_by()
    endings: dict[str, int] = {}
    for ending in enrolments.values_list("ending", flat=True):
        endings[ending] = endings.get(ending, 0) + 1
    under_way = endings.pop(Enrolment.Ending.NONE, 0)
    return {"entered": under_way + sum(endings.values()), "under_way": under_way, "endings": endings}


def _days(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    days: dict[str, dict[str, Any]] = {}
    for day, purpose, count in rows:
        days.setdefault(day.isoformat(), {"day": day.isoformat(), "service": 0, "marketing": 0})[purpose] += count
    return list(days.values())


def _calls(program: Program, counts: dict[str, int]) -> list[dict[str, Any]]:
    """How often each step would have called its webhook. None was."""
    return [
        {"number": step.number, "name": step.name, "count": counts.get(step.key, 0)}
        for step in program.steps
        if step.call
    ]


def _steps(program: Program, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        step.key: {
            "key": step.key,
            "number": step.number,
            "name": step.name,
            "purpose": step.purpose,
            "sent": 0,
            "waiting": 0,
            "not_sent": [],
        }
        for step in program.steps
        if step.is_touch
    }
    for key, status, reason, count in rows:
        if status in (Touch.Status.SENT, Touch.Status.SCHEDULED):
            found[key]["sent" if status == Touch.Status.SENT else "waiting"] += count
        else:
            not_sent = {"status": status, "reason": reason, "words": because(reason, {}), "count": count}
            found[key]["not_sent"].append(not_sent)
    return list(found.values())
