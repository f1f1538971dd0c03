"""What the verbs have to know about a batch of customers: one query a fact, however many customers."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from chains.engine.moments import by_moment
from chains.engine.pauses import Standstill
from chains.models import Chain, Pause, Touch
from chains.program.program import Program
from crm.models import Customer, Order
from crm.timezones import day_of
from segments.models import Segment
from segments.rules import RuleError
from segments.subjects import Subject, matching_subjects

logger = logging.getLogger(__name__)
Reason = Touch.Reason


class OrderMoments(NamedTuple):
    number: str
    placed_at: dt.datetime
    payment_due_at: dt.datetime | None
    paid_at: dt.datetime | None
    shipped_at: dt.datetime | None
    delivered_at: dt.datetime | None
    promised_at: dt.datetime | None
    appointment_at: dt.datetime | None
    cancelled_at: dt.datetime | None
    returned_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class EnrolmentContext:
    """What the rules of goal and exit are asked about."""

    enrolment_id: int
    customer_id: int
    order_id: int | None
    triggered_at: dt.datetime
    program: Program
    event_id: int | None = None


class CustomerProfile(NamedTuple):
    time_zone: str
    mood: str
    frequency: str
    channel_order: list[str]
    muted_topics: list[str]
    erased_at: dt.datetime | None
    merged_into: int | None


def order_moments(order_ids: Iterable[int]) -> dict[int, OrderMoments]:
    rows = Order.objects.filter(pk__in=set(order_ids)).values_list("pk", *OrderMoments._fields)
    return {pk: OrderMoments(*moments) for pk, *moments in rows}


def profiles(customers: Collection[int]) -> dict[int, CustomerProfile]:
    rows = Customer.objects.filter(pk__in=customers).values_list("pk", *CustomerProfile._fields)
    return {pk: CustomerProfile(*fields) for pk, *fields in rows}


def pauses(chains: Collection[int]) -> dict[int, list[Standstill]]:
    """When each chain stood still and what was decided about it, the oldest first."""
    found: dict[int, list[Standstill]] = defaultdict(list)
    rows = Pause.objects.filter(chain__in=chains, resumed_at__isnull=False).order_by("paused_at")
    for chain, since, until, decision in rows.values_list("chain_id", "paused_at", "resumed_at", "decision"):
        if until:
            found[chain].append(Standstill(since, until, decision))
    return found


def members(segment_id: int, customers: Collection[int], now: dt.datetime) -> set[int]:
    """Which of the customers the segment's rule holds for at this moment."""
    rule = Segment.objects.values_list("rule", flat=True).get(pk=segment_id)
    return holding_now(rule, [Subject(customer, customer) for customer in customers], now)


def holding_now(rule: dict[str, Any], subjects: Collection[Subject], now: dt.datetime) -> set[int]:
    """Keys of the subjects for which a chain's rule holds at this moment; a broken rule holds for nobody."""
    try:
        return {key for at, some in by_moment(subjects, now) for key in matching_subjects(rule, some, at)}
    except RuleError as error:
        logger.error("A chain's rule cannot be read, it holds for nobody: %s", error)
        return set()


def goals_reached(enrolments: Collection[EnrolmentContext], now: dt.datetime) -> dict[int, dict[str, Any]]:
    """Enrolments whose goal is reached, and how: another order placed since the start, or the goal's rule holds."""
    by_rule = _by_rule(enrolments, "goal_rule", now)
    until_order = [enrolment for enrolment in enrolments if enrolment.program.goal == Chain.Goal.ORDERED]
    orders: dict[int, list[tuple[dt.datetime, int, str]]] = defaultdict(list)
    if until_order:
        since = min(enrolment.triggered_at for enrolment in until_order)
        rows = Order.objects.counted().filter(
            customer__in={enrolment.customer_id for enrolment in until_order}, placed_at__gt=since, placed_at__lte=now
        )
        for customer, placed_at, pk, number in rows.values_list("customer_id", "placed_at", "pk", "number"):
            orders[customer].append((placed_at, pk, number))
    reached: dict[int, dict[str, Any]] = dict.fromkeys(by_rule, {})
    for enrolment in until_order:
        for at, pk, number in sorted(orders[enrolment.customer_id]):
            if at > enrolment.triggered_at and pk != enrolment.order_id:
                reached[enrolment.enrolment_id] = {"order": number, "on": day_of(at).isoformat()}
                break
    return reached


def exits(
    enrolments: Collection[EnrolmentContext], orders: dict[int, OrderMoments], now: dt.datetime
) -> dict[int, str]:
    """The reason for which each enrolment has to end, for those that have to."""
    found = dict.fromkeys(_by_rule(enrolments, "exit_rule", now), Reason.EXIT_RULE.value)
    for enrolment in enrolments:
        moments = orders.get(enrolment.order_id) if enrolment.order_id else None
        if moments is None or not enrolment.program.exit_on_cancel:
            continue
        # A chain about a return must not end by the very return that started it.
        if moments.cancelled_at and moments.cancelled_at > enrolment.triggered_at:
            found[enrolment.enrolment_id] = Reason.ORDER_CANCELLED.value
        elif moments.returned_at and moments.returned_at > enrolment.triggered_at:
            found[enrolment.enrolment_id] = Reason.ORDER_RETURNED.value
    return found | dict.fromkeys(_replied(enrolments, now), Reason.REPLIED.value)


def _replied(enrolments: Collection[EnrolmentContext], now: dt.datetime) -> set[int]:
    """Enrolments that end by a reply, and got one to one of their letters."""
    ending = [enrolment.enrolment_id for enrolment in enrolments if enrolment.program.exit_on_reply]
    if not ending:
        return set()
    return set(Touch.objects.filter(enrolment__in=ending, replied_at__lte=now).values_list("enrolment_id", flat=True))


def _by_rule(enrolments: Collection[EnrolmentContext], rule_name: str, now: dt.datetime) -> set[int]:
    """Enrolments for which this rule of their program holds: one evaluation a program."""
    subjects_of: dict[int, list[Subject]] = defaultdict(list)
    rules: dict[int, dict[str, Any]] = {}
    for one in enrolments:
        rule = getattr(one.program, rule_name)
        if rule is not None:
            rules[one.program.version_id] = rule
            subject = Subject(one.enrolment_id, one.customer_id, one.order_id, one.event_id)
            subjects_of[one.program.version_id].append(subject)
    return {key for version, subjects in subjects_of.items() for key in holding_now(rules[version], subjects, now)}
