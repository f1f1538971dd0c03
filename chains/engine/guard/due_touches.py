"""Due touches with what guard has to know about their chain and order: one query a fact, however many touches."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from chains.channels.registry import senders
from chains.engine import facts, goods
from chains.engine.facts import EnrolmentContext, OrderMoments
from chains.engine.goods import OrderTerm
from chains.engine.guard.values import DueTouch
from chains.engine.moments import moment_of
from chains.models import Enrolment, Touch
from chains.program import program
from chains.program.program import Program
from chains.program.step import ProgramStep
from crm.models import EventKind, Purpose, Shop

Reason = Touch.Reason
FRESH = dt.timedelta(minutes=30)
# After these a customer expects an answer, at whatever hour.
OWN_ACTIONS = frozenset(
    {
        EventKind.ORDER_PLACED,
        EventKind.ORDER_PAID,
        EventKind.CASE_OPENED,
        EventKind.FEEDBACK_LEFT,
        EventKind.REVIEW_LEFT,
        EventKind.CONSENT_CHANGED,
        EventKind.MESSAGE_CLICKED,
        EventKind.MESSAGE_REPLIED,
    }
)
REASON_OF = {
    Enrolment.Ending.RULE: Reason.EXIT_RULE,
    Enrolment.Ending.CANCELLED: Reason.ORDER_CANCELLED,
    Enrolment.Ending.RETURNED: Reason.ORDER_RETURNED,
    Enrolment.Ending.REPLIED: Reason.REPLIED,
    Enrolment.Ending.ERASED: Reason.ERASED,
    Enrolment.Ending.ARCHIVED: Reason.CHAIN_ARCHIVED,
}


class DueTouchRow(NamedTuple):
    """The columns read, named as the query spells them."""

    pk: int
    customer_id: int
    enrolment_id: int
    order_id: int | None
    step_key: str
    variant: str
    purpose: str
    channel: str
    topic: str
    due_at: dt.datetime
    useful_until: dt.datetime
    reason: str
    asks: str
    chain__status: str
    enrolment__version_id: int
    enrolment__status: str
    enrolment__ending: str
    enrolment__triggered_at: dt.datetime
    enrolment__event_id: int | None
    enrolment__is_control: bool


@dataclass(frozen=True, slots=True)
class DueTouchFacts:
    """By version, by order and by enrolment."""

    programs: dict[int, Program]
    orders: dict[int, OrderMoments]
    order_service: dict[int, str]
    goals: dict[int, dict[str, Any]]
    exits: dict[int, str]
    gone_goods: dict[OrderTerm, str]


def due_touches(customers: Collection[int], shop: Shop, now: dt.datetime) -> dict[int, list[DueTouch]]:
    """All due touches of these customers, by customer."""
    due = Touch.objects.due(now).filter(customer__in=customers).values_list(*DueTouchRow._fields)
    rows = [row for row in map(DueTouchRow._make, due) if row.due_at <= moment_of(now, row.customer_id)]
    known = _facts(rows, now)
    touches: dict[int, list[DueTouch]] = defaultdict(list)
    for row in rows:
        touches[row.customer_id].append(_due_touch(row, known, shop, moment_of(now, row.customer_id)))
    return touches


def _facts(rows: list[DueTouchRow], now: dt.datetime) -> DueTouchFacts:
    programs = program.load(row.enrolment__version_id for row in rows)
    enrolments = [
        EnrolmentContext(
            enrolment_id=row.enrolment_id,
            customer_id=row.customer_id,
            order_id=row.order_id,
            triggered_at=row.enrolment__triggered_at,
            program=programs[row.enrolment__version_id],
            event_id=row.enrolment__event_id,
        )
        for row in rows
    ]
    orders = facts.order_moments(row.order_id for row in rows if row.order_id)
    service_first = {row.order_id for row in rows if row.order_id and _needs_service_first(row, programs)}
    return DueTouchFacts(
        programs,
        orders,
        _order_service(service_first) if service_first else {},
        facts.goals_reached(enrolments, now),
        facts.exits(enrolments, orders, now),
        goods.gone({asked for row in rows if (asked := _order_term(row, programs))}),
    )


def _order_term(row: DueTouchRow, programs: dict[int, Program]) -> OrderTerm | None:
    """The goods the message was planned by, if it was by any."""
    term = programs[row.enrolment__version_id].term_of(row.step_key)
    return OrderTerm(row.order_id, term) if row.order_id and term else None


def _needs_service_first(row: DueTouchRow, programs: dict[int, Program]) -> bool:
    return row.purpose == Purpose.MARKETING and programs[row.enrolment__version_id].trigger.is_about_order


def _due_touch(row: DueTouchRow, known: DueTouchFacts, shop: Shop, now: dt.datetime) -> DueTouch:
    plan = known.programs[row.enrolment__version_id]
    planned = plan.step(row.step_key)
    step = planned.as_variant(row.variant) if planned else None
    order = known.orders.get(row.order_id) if row.order_id else None
    needs_service_first = order is not None and _needs_service_first(row, known.programs)
    return DueTouch(
        touch_id=row.pk,
        purpose=row.purpose,
        channels=_channels(row, step, shop),
        due_at=row.due_at,
        useful_until=row.useful_until,
        topic=row.topic,
        priority=plan.priority,
        chain_status=row.chain__status,
        exit_reason=_exit_reason(row) or known.exits.get(row.enrolment_id, ""),
        goods_reason=_goods_reason(row, known),
        goal=known.goals.get(row.enrolment_id),
        order_number=order.number if order else "",
        needs_service_first=needs_service_first,
        delivered_at=order.delivered_at if order else None,
        order_service=known.order_service.get(row.order_id or 0, Touch.Status.SKIPPED),
        has_own_hour=step is not None and step.at_hour is not None,
        waited_for=row.reason,
        is_fresh_reply=_is_fresh_reply(row, plan, now),
        is_control=row.enrolment__is_control,
        asks=row.asks,
    )


def _goods_reason(row: DueTouchRow, known: DueTouchFacts) -> str:
    asked = _order_term(row, known.programs)
    return known.gone_goods.get(asked, "") if asked else ""


def _is_fresh_reply(row: DueTouchRow, plan: Program, now: dt.datetime) -> bool:
    """Whether it is service that answers what the customer did minutes ago: they are awake."""
    return (
        row.purpose == Purpose.SERVICE
        and plan.trigger.event in OWN_ACTIONS
        and now - row.enrolment__triggered_at <= FRESH
    )


def _exit_reason(row: DueTouchRow) -> str:
    if row.enrolment__status != Enrolment.Status.LEFT:
        return ""
    return REASON_OF.get(Enrolment.Ending(row.enrolment__ending), Reason.LEFT)


def _channels(row: DueTouchRow, step: ProgramStep | None, shop: Shop) -> tuple[str, ...]:
    """The step's channels that are set up. What has none keeps its own: a task, or a step gone from the program."""
    of_step = step.channels_to_try(shop.channel_order) if step else ()
    return tuple(channel for channel in of_step if channel in senders()) or of_step or (row.channel,)


def _order_service(order_ids: Iterable[int]) -> dict[int, str]:
    """By order: whether a service message was sent, is scheduled (may still come), or is skipped (none will come)."""
    found: dict[int, str] = {}
    rows = Touch.objects.filter(order__in=set(order_ids), purpose=Purpose.SERVICE).order_by().distinct()
    final = {Touch.Status.SKIPPED, Touch.Status.MISSED, Touch.Status.FAILED, Touch.Status.CONTROL, Touch.Status.UNKNOWN}
    for order, status in rows.values_list("order_id", "status"):
        if status == Touch.Status.SENT or found.get(order) == Touch.Status.SENT:
            found[order] = Touch.Status.SENT
        elif status not in final:
            found[order] = Touch.Status.SCHEDULED
        else:
            found.setdefault(order, Touch.Status.SKIPPED)
    return found
