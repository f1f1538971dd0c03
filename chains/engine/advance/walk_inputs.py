"""Those under way, as the walk sees them: with the dates their waits count from and the steps they have passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chains.engine import facts, goods
from chains.engine.advance import changes, webhook_calls
from chains.engine.advance.waits import OF_THE_CUSTOMER, Anchors
from chains.engine.advance.walk_state import WalkInput
from chains.engine.facts import CustomerProfile, OrderMoments
from chains.engine.goods import GoodsTerms
from chains.engine.local_time import DAY, months_after
from chains.engine.pauses import Standstill
from chains.models import Step
from chains.program.goods import OF_THE_GOODS
from chains.program.program import Program
from crm.customers.dates import Moment
from crm.models import Customer
from crm.timezones import zone_of


class DueEnrolment(NamedTuple):
    """The columns read of a due enrolment, named as the query spells them."""

    pk: int
    chain_id: int
    chain__status: str
    version_id: int
    customer_id: int
    order_id: int | None
    is_control: bool
    triggered_at: dt.datetime
    started_at: dt.datetime | None
    event_id: int | None
    step_key: str
    arrived_at: dt.datetime
    due_at: dt.datetime | None
    entered_at: dt.datetime
    version__published_at: dt.datetime

    @property
    def start(self) -> dt.datetime:
        """From when the steps count: when it happened, or when the customer was let in."""
        return self.started_at or self.triggered_at

    def holds(self, pauses: list[Standstill]) -> list[Standstill]:
        """The chain's pauses; and for somebody moved to a newer version nothing falls due before that was published."""
        if self.entered_at < self.version__published_at:
            return [*pauses, Standstill.before(self.version__published_at)]
        return pauses


def walk_inputs(
    enrolments: Sequence[DueEnrolment],
    programs: Mapping[int, Program],
    orders: dict[int, OrderMoments],
    people: Mapping[int, CustomerProfile],
) -> dict[int, WalkInput]:
    """By enrolment, in a constant number of queries."""
    asked = {
        enrolment.pk: DatesWanted(
            enrolment.customer_id, enrolment.order_id, enrolment.start, programs[enrolment.version_id].anchors
        )
        for enrolment in enrolments
    }
    dates = WaitDates(asked.values(), orders)
    pauses = facts.pauses({enrolment.chain_id for enrolment in enrolments})
    passed = changes.passed_steps(
        enrolment.pk for enrolment in enrolments if programs[enrolment.version_id].has_decisions
    )
    webhook_answers = webhook_calls.last_answers(
        {enrolment.pk: programs[enrolment.version_id] for enrolment in enrolments}
    )
    found = {}
    for enrolment in enrolments:
        zone = zone_of(people[enrolment.customer_id].time_zone)
        anchors = dates.anchors(asked[enrolment.pk], zone)
        found[enrolment.pk] = WalkInput(
            enrolment.customer_id,
            enrolment.step_key,
            enrolment.arrived_at,
            anchors,
            zone,
            passed.get(enrolment.pk, ()),
            holds=enrolment.holds(pauses.get(enrolment.chain_id, [])),
            webhook_answer=webhook_answers.get(enrolment.pk),
            is_control=enrolment.is_control,
            due_at=enrolment.due_at,
        )
    return found


class DatesWanted(NamedTuple):
    """Whose dates are wanted, and which of them the program counts from."""

    customer_id: int
    order_id: int | None
    triggered_at: dt.datetime
    anchors: Collection[str]


class WaitDates:
    """Everything the batch needs to know, read at once; what no program counts from is not read."""

    def __init__(self, asked: Collection[DatesWanted], orders: dict[int, OrderMoments]) -> None:
        self.orders = orders
        self.terms = goods.terms(one.order_id for one in asked if one.order_id and OF_THE_GOODS & set(one.anchors))
        self.people = _people(one.customer_id for one in asked if OF_THE_CUSTOMER & set(one.anchors))

    def anchors(self, asked: DatesWanted, zone: ZoneInfo) -> Anchors:
        born_on, attributes = self.people.get(asked.customer_id, (None, {}))
        order = self.orders.get(asked.order_id) if asked.order_id else None
        dates: dict[str, Moment | None] = {Step.Anchor.BIRTHDAY: born_on}
        if order and asked.order_id:
            dates |= _of_order(order, self.terms.get(asked.order_id), zone)
        return Anchors(asked.triggered_at, order is not None, dates, attributes)


def _people(customer_ids: Iterable[int]) -> dict[int, tuple[dt.date | None, dict[str, Any]]]:
    wanted = set(customer_ids)
    if not wanted:
        return {}
    rows = Customer.objects.filter(pk__in=wanted).values_list("pk", "born_on", "attributes")
    return {pk: (born_on, attributes) for pk, born_on, attributes in rows}


def _of_order(order: OrderMoments, terms: GoodsTerms | None, zone: ZoneInfo) -> dict[str, Moment | None]:
    dates: dict[str, Moment | None] = {
        Step.Anchor.PLACED: order.placed_at,
        Step.Anchor.PAYMENT_DUE: order.payment_due_at,
        Step.Anchor.PAID: order.paid_at,
        Step.Anchor.SHIPPED: order.shipped_at,
        Step.Anchor.DELIVERED: order.delivered_at,
        Step.Anchor.PROMISED: order.promised_at,
        Step.Anchor.APPOINTMENT: order.appointment_at,
    }
    if terms and order.delivered_at:
        arrived_on = order.delivered_at.astimezone(zone).date()
        if terms.warranty_months is not None:
            dates[Step.Anchor.WARRANTY_END] = months_after(arrived_on, terms.warranty_months)
        if terms.repurchase_days is not None:
            dates[Step.Anchor.REPURCHASE] = arrived_on + terms.repurchase_days * DAY
    return dates
