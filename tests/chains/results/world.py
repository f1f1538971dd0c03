"""A year of a small shop, made at random from a fixed seed, and its results counted by plain Python."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from chains.models import Enrolment, OrderAttribution, Touch
from chains.results.attribution import attribute_waiting
from chains.results.relations import SUMS
from crm.customers.merge import merge
from crm.models import Customer, OrderStanding, StaffTask
from crm.orders import orders
from crm.timezones import day_of
from segments.models import Membership, Segment
from tests.chains.factories import live_chain, message, task
from tests.conftest import make_customer, make_order

YEAR_BEGINS = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WINDOW = 5 * DAY
CUSTOMERS, DAYS, ENROLMENTS, ORDERS = 40, 365, 160, 170


@dataclass
class World:
    random: Random
    customers: list = field(default_factory=list)
    chains: list = field(default_factory=list)
    expected: dict = field(default_factory=dict)  # touch and way by order, as plain Python says


def at_random(random):
    return YEAR_BEGINS + DAY * random.random() * DAYS


def make_world(seed=11):
    world = World(Random(seed))
    world.customers = [make_customer() for _ in range(CUSTOMERS)]
    world.chains = [live_chain(message(name="Thanks"), message(name="Care"), task(), at=YEAR_BEGINS) for _ in range(3)]
    _put_into_segments(world)
    for _ in range(ENROLMENTS):
        _enrol(world)
    _order(world)
    return world


def _put_into_segments(world):
    for segment in [Segment.objects.create(name=name, rule={"all": []}) for name in ("Kettle fans", "Late risers")]:
        for customer in world.customers:
            stays = sorted(at_random(world.random) for _ in range(world.random.choice([0, 2, 3])))
            for entered_at, left_at in zip(stays[::2], [*stays[1::2], None], strict=False):
                Membership.objects.create(segment=segment, customer=customer, entered_at=entered_at, left_at=left_at)


def _enrol(world):
    random, entered_at = world.random, at_random(world.random)
    chain, customer = random.choice(world.chains), random.choice(world.customers)
    enrolment = Enrolment.objects.create(
        chain=chain, version=chain.version, customer=customer, entry_key=f"at:{entered_at.timestamp()}",
        triggered_at=entered_at, arrived_at=entered_at, entered_at=entered_at, due_at=entered_at,
    )  # fmt: skip
    for place, step in enumerate(chain.version.program["steps"]):
        if random.random() < 0.8:
            _touch(world, enrolment, step, place, entered_at + place * 3 * DAY + random.random() * DAY)


def _touch(world, enrolment, step, place, at):
    random, is_task = world.random, step["kind"] == "staff_task"
    status = random.choices(["sent", "skipped", "control", "failed", "missed", "unknown"], [8, 1, 1, 0.3, 0.3, 0.3])[0]
    moments = {}
    if status == "sent":
        moments["sent_at"] = at
        for name, share in (("delivered", 0.5), ("opened", 0.5), ("replied", 0.05), ("complained", 0.03),
                            ("unsubscribed", 0.04), ("bounced", 0.06)):  # fmt: skip
            if random.random() < share and not is_task:
                moments[f"{name}_at"] = at + random.random() * 2 * DAY
        if random.random() < 0.35 and not is_task:
            moments["clicked_at"] = at + random.random() * 3 * DAY
            moments["last_clicked_at"] = moments["clicked_at"] + random.choice([0, 0, 6]) * DAY
    touch = Touch.objects.create(
        enrolment=enrolment, chain=enrolment.chain, customer=enrolment.customer, step_key=step["key"],
        step_name=step["name"], purpose="marketing" if place else "service",
        topic=("", "recipes", "offers")[(enrolment.pk + place) % 3], due_at=at, useful_until=at + DAY,
        created_at=at - dt.timedelta(hours=random.randrange(30)), status=status,
        reason="weekly_cap" if status == "skipped" else "", channel="staff_task" if is_task else "email", **moments,
    )  # fmt: skip
    if is_task and status == "sent":
        is_done = random.random() < 0.6
        StaffTask.objects.create(
            touch_id=touch.pk, customer=touch.customer, title="Call", due_at=at + DAY,
            status="done" if is_done else "open", done_at=at + DAY if is_done else None,
        )  # fmt: skip


def _order(world):
    """Most soon after a touch, so that several chains claim one order; told at once or weeks later; some by a merge."""
    random, touches = world.random, list(Touch.objects.all())
    for number in range(ORDERS):
        touch = random.choice(touches)
        placed_at = touch.due_at + random.random() * 9 * DAY if number % 3 else at_random(random)
        customer = touch.customer if number % 5 else random.choice(world.customers)  # a device that is shared
        customer = _kept(customer)
        order = make_order(customer=customer, placed_at=placed_at, total=Decimal(random.randrange(1000, 9000)) / 100)
        world.expected[order.pk] = attributed(order, Touch.objects.filter(customer=customer))
        if number % 10 == 0:
            attribute_waiting(placed_at + random.choice([0, 30]) * DAY)
        if number % 40 == 0:
            _merge_two(world)
    attribute_waiting(YEAR_BEGINS + 2 * DAYS * DAY)
    for pk in random.sample(sorted(world.expected), 40):
        order = OrderStanding.objects.get(order=pk).order
        if random.random() < 0.5:
            orders.cancel(order, at=order.placed_at + DAY)
        else:
            orders.return_goods(order, at=order.placed_at + DAY, amount=order.total / 2)


def _merge_two(world):
    attribute_waiting(YEAR_BEGINS + 2 * DAYS * DAY)
    keeper, duplicate = world.random.sample(
        sorted({_kept(each) for each in world.customers}, key=lambda each: each.pk), 2
    )
    merge(keeper, duplicate, at=YEAR_BEGINS + DAYS * DAY)


def _kept(customer):
    """The record that stands for them by now."""
    while True:
        customer = Customer.objects.get(pk=customer.pk)
        if customer.merged_into_id is None:
            return customer
        customer = customer.merged_into


def attributed(order, touches):
    """The last click within the window before the order, else the last delivery."""
    placed_at, ways = order.placed_at, []
    for touch in touches:
        for clicked_at in (touch.clicked_at, touch.last_clicked_at):
            if clicked_at and placed_at - WINDOW < clicked_at <= placed_at:
                ways.append((1, clicked_at, touch.pk, "click"))
        arrived_at = _arrived_at(touch, placed_at)
        if arrived_at and placed_at - WINDOW < arrived_at <= placed_at:
            ways.append((0, arrived_at, touch.pk, "delivery"))
    return max(ways)[2:] if ways else None


def _arrived_at(touch, by):
    if touch.status != "sent" or (touch.bounced_at and touch.bounced_at <= by):
        return None
    if touch.channel == "staff_task":
        return StaffTask.objects.get(touch_id=touch.pk).done_at
    return touch.delivered_at or touch.sent_at


def recounted():
    """Every sum, by chain, step, segment and day."""
    found = defaultdict(Counter)
    stays = list(Membership.objects.all())
    for enrolment in Enrolment.objects.all():
        for segment in _segments(enrolment, stays):
            found[enrolment.chain_id, "", segment, day_of(enrolment.entered_at)]["entered"] += 1
    for touch in Touch.objects.select_related("enrolment"):
        for segment in _segments(touch.enrolment, stays):
            key = touch.chain_id, touch.step_key, segment, day_of(touch.sent_at or touch.created_at)
            for name, number in _of_touch(touch).items():
                found[key][name] += number
    return {key: {name: counts[name] for name in SUMS} for key, counts in found.items()}


def reasons_recounted(chain, segment):
    """How many touches were not sent, by step and reason."""
    stays = list(Membership.objects.all())
    refused = Touch.objects.filter(status__in=["skipped", "failed", "missed"], chain=chain).select_related("enrolment")
    return Counter(
        (touch.step_key, touch.reason)
        for touch in refused
        if (segment and segment.pk) in _segments(touch.enrolment, stays)
    )


def _segments(enrolment, stays):
    at = enrolment.entered_at
    inside = {
        stay.segment_id
        for stay in stays
        if stay.customer_id == enrolment.customer_id
        and stay.entered_at <= at
        and not (stay.left_at and stay.left_at <= at)
    }
    return [None, *inside]


def _of_touch(touch):
    counts = {"entered": 1, "held": int(touch.status == "control")}
    if touch.status == "sent":
        is_open_task = StaffTask.objects.filter(touch_id=touch.pk).exclude(status="done").exists()
        is_useful = touch.purpose == "service" or touch.topic in ("recipes", "tips")
        counts |= {"sent": 1, "useful": int(is_useful), "delivered": int(not touch.bounced_at and not is_open_task)}
        for name in ("opened", "clicked", "replied", "unsubscribed", "complained", "bounced"):
            counts[name] = int(getattr(touch, f"{name}_at") is not None)
    for given in OrderAttribution.objects.filter(touch=touch).select_related("order"):
        if not given.order.cancelled_at:
            counts[f"ordered_by_{given.how}"] = counts.get(f"ordered_by_{given.how}", 0) + 1
            revenue = given.order.total - given.order.refunded
            counts[f"revenue_by_{given.how}"] = counts.get(f"revenue_by_{given.how}", 0) + revenue
    return counts
