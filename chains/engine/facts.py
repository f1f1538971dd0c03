"""What the verbs have to know about a batch of customers: one query a fact, however many customers."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from chains.engine.dossier import Address
from chains.engine.week import WEEK
from chains.models import Chain, Touch
from chains.program import Program
from crm.models import Case, Contact, Customer, Order, Purpose
from crm.timezones import day_of
from segments.compile import matching
from segments.models import Segment
from segments.rules import RuleError

logger = logging.getLogger(__name__)
Reason = Touch.Reason


class OrderMoments(NamedTuple):
    number: str
    placed_at: dt.datetime
    paid_at: dt.datetime | None
    shipped_at: dt.datetime | None
    delivered_at: dt.datetime | None
    promised_at: dt.datetime | None
    appointment_at: dt.datetime | None
    cancelled_at: dt.datetime | None
    returned_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One enrolment as far as goal and exit ask."""

    enrolment_id: int
    customer_id: int
    order_id: int | None
    triggered_at: dt.datetime
    program: Program


class Profile(NamedTuple):
    time_zone: str
    mood: str
    pace: str
    channel_order: list[str]
    muted_topics: list[str]
    erased_at: dt.datetime | None
    merged_into: int | None


def order_moments(order_ids: Iterable[int]) -> dict[int, OrderMoments]:
    rows = Order.objects.filter(pk__in=set(order_ids)).values_list("pk", *OrderMoments._fields)
    return {pk: OrderMoments(*moments) for pk, *moments in rows}


def profiles(customers: Collection[int]) -> dict[int, Profile]:
    rows = Customer.objects.filter(pk__in=customers).values_list("pk", *Profile._fields)
    return {pk: Profile(*fields) for pk, *fields in rows}


def complaints(customers: Collection[int]) -> dict[int, str]:
    """The subject of the oldest open complaint of each who has one."""
    rows = Case.objects.open().complaints().filter(customer__in=customers).order_by("-opened_at")
    return dict(rows.values_list("customer_id", "subject"))


def addresses(customers: Collection[int]) -> dict[int, dict[str, tuple[Address, ...]]]:
    found: dict[int, dict[str, tuple[Address, ...]]] = defaultdict(dict)
    rows = Contact.objects.filter(customer__in=customers).order_by("pk")
    for customer, channel, pk, state, marketing, service in rows.values_list(
        "customer_id", "channel", "pk", "state", "marketing_consent", "service_consent"
    ):
        found[customer][channel] = (*found[customer].get(channel, ()), Address(pk, state, marketing, service))
    return found


def counted(customers: Collection[int], now: dt.datetime) -> dict[int, list[dt.datetime]]:
    """What fills the week of each; what is on its way counts as of now."""
    week: dict[int, list[dt.datetime]] = defaultdict(list)
    rows = Touch.objects.counted(now - WEEK).filter(customer__in=customers)
    for customer, sent_at in rows.values_list("customer_id", "sent_at"):
        week[customer].append(sent_at or now)
    return week


def service_of_orders(order_ids: Iterable[int]) -> dict[int, str]:
    """How far each order's service messages are: sent, scheduled (one may still come) or skipped (none will)."""
    state: dict[int, str] = {}
    rows = Touch.objects.filter(order__in=set(order_ids), purpose=Purpose.SERVICE).order_by().distinct()
    final = {Touch.Status.SKIPPED, Touch.Status.MISSED, Touch.Status.FAILED, Touch.Status.HELD, Touch.Status.UNKNOWN}
    for order, status in rows.values_list("order_id", "status"):
        if status == Touch.Status.SENT or state.get(order) == Touch.Status.SENT:
            state[order] = Touch.Status.SENT
        elif status not in final:
            state[order] = Touch.Status.SCHEDULED
        else:
            state.setdefault(order, Touch.Status.SKIPPED)
    return state


def members(segment_id: int, customers: Collection[int], now: dt.datetime) -> set[int]:
    """Which of the customers the segment's rule holds for at this moment; a broken rule holds for nobody."""
    rule = Segment.objects.values_list("rule", flat=True).get(pk=segment_id)
    try:
        return set(matching(rule, now, customers=customers).values_list("pk", flat=True))
    except RuleError as error:
        logger.error("Segment %s cannot be read, nobody belongs to it: %s", segment_id, error)
        return set()


def goals_reached(standings: Collection[Standing], now: dt.datetime) -> dict[int, dict[str, Any]]:
    """Enrolments whose goal is reached, and how: another order placed since the start, or the segment joined."""
    by_segment = _by_segment(standings, "goal_segment", now)
    ordering = [standing for standing in standings if standing.program.goal == Chain.Goal.ORDERED]
    orders: dict[int, list[tuple[dt.datetime, int, str]]] = defaultdict(list)
    if ordering:
        since = min(standing.triggered_at for standing in ordering)
        rows = Order.objects.counted().filter(
            customer__in={standing.customer_id for standing in ordering}, placed_at__gt=since, placed_at__lte=now
        )
        for customer, placed_at, pk, number in rows.values_list("customer_id", "placed_at", "pk", "number"):
            orders[customer].append((placed_at, pk, number))
    reached: dict[int, dict[str, Any]] = dict.fromkeys(by_segment, {})
    for standing in ordering:
        for at, pk, number in sorted(orders[standing.customer_id]):
            if at > standing.triggered_at and pk != standing.order_id:
                reached[standing.enrolment_id] = {"order": number, "on": day_of(at).isoformat()}
                break
    return reached


def exits(standings: Collection[Standing], orders: dict[int, OrderMoments], now: dt.datetime) -> dict[int, str]:
    """The reason for which each enrolment has to end, for those that have to."""
    found = dict.fromkeys(_by_segment(standings, "exit_segment", now), Reason.EXIT_SEGMENT.value)
    for standing in standings:
        moments = orders.get(standing.order_id) if standing.order_id else None
        if moments is None or not standing.program.exit_on_cancel:
            continue
        # A chain about a return must not end by the very return that started it.
        if moments.cancelled_at and moments.cancelled_at > standing.triggered_at:
            found[standing.enrolment_id] = Reason.ORDER_CANCELLED.value
        elif moments.returned_at and moments.returned_at > standing.triggered_at:
            found[standing.enrolment_id] = Reason.ORDER_RETURNED.value
    return found | dict.fromkeys(_replied(standings, now), Reason.REPLIED.value)


def _replied(standings: Collection[Standing], now: dt.datetime) -> set[int]:
    """Enrolments that end by a reply, and got one to a letter of theirs."""
    asked = [standing.enrolment_id for standing in standings if standing.program.exit_on_reply]
    if not asked:
        return set()
    return set(Touch.objects.filter(enrolment__in=asked, replied_at__lte=now).values_list("enrolment_id", flat=True))


def _by_segment(standings: Collection[Standing], part: str, now: dt.datetime) -> set[int]:
    """Enrolments whose customer is in the segment their program names as `part`: a query a segment."""
    asked: dict[int, set[int]] = defaultdict(set)
    for standing in standings:
        segment: Any = getattr(standing.program, part)
        if segment and (part != "goal_segment" or standing.program.goal == Chain.Goal.SEGMENT):
            asked[segment].add(standing.customer_id)
    inside = {(segment, customer) for segment, ids in asked.items() for customer in members(segment, ids, now)}
    return {
        standing.enrolment_id
        for standing in standings
        if (getattr(standing.program, part), standing.customer_id) in inside
    }
