"""Two months of a real shop, hour by hour: what arrives at a real mail server is what a plain recount says."""

import email
import email.policy
import socket
from collections import Counter, defaultdict
from decimal import Decimal
from operator import attrgetter

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from chains.engine.run import tick
from chains.models import Enrolment, Touch
from crm import consent
from crm.customers.find_or_create import find_or_create
from crm.orders import orders
from tests.chains.factories import live_chain, marketing, message, wait
from tests.journeys import recount
from tests.journeys.recount import DAY, END, HOUR, START
from tests.order_files import order_file

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


class Inbox:
    """Keeps (hour, address, subject) of every letter; the journey moves the hour."""

    def __init__(self):
        self.hour, self.letters = None, []

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters += [(self.hour, address, letter["Subject"]) for address in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def inbox(settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Inbox(), hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 10
    yield controller.handler
    controller.stop()


def switch_chains_on():
    live_chain(
        wait(3), message(name="care", subject="care"), event="order.delivered", name="Care after delivery", at=START
    )
    live_chain(
        marketing(name="first offer", subject="first offer", late_after_hours=240),
        wait(7),
        marketing(name="second offer", subject="second offer", late_after_hours=96),
        name="Win-back",
        trigger="last_order",
        trigger_days=10,
        goal="ordered",
        re_entry="per_order",
        at=START,
    )


def facts_of(purchases):
    """(moment, what to call), in time order."""
    told = []
    for purchase in purchases:
        told.append((purchase.placed_at, _place, purchase))
        for verb, moment in (
            (orders.pay, purchase.paid_at),
            (orders.ship, purchase.shipped_at),
            (orders.deliver, purchase.delivered_at),
            (orders.cancel, purchase.cancelled_at),
        ):
            if moment and moment < END:
                told.append((moment, verb, purchase))
    return sorted(told, key=lambda fact: fact[0])


def _place(purchase):
    at = purchase.placed_at
    address = f"{purchase.customer}@example.com"
    customer = find_or_create(external_id=purchase.customer, email=address, city=purchase.city, now=at)
    if recount.agrees(purchase.customer):
        consent.grant(customer, channel="email", address=address, purpose="marketing", at=at, source="checkout")
    lines = [
        orders.LineData(sku, Decimal(quantity), Decimal(price), name=name, category=category)
        for sku, quantity, price, name, category in purchase.lines
    ]
    return orders.place(purchase.number, customer=customer, placed_at=at, lines=lines)


def analyze():
    """What autovacuum does for a shop; here nobody else sees the rows of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def live_through(purchases, inbox):
    """Record every fact at its moment and run the engine at every full hour of the two months."""
    placed = {}
    facts = iter(facts_of(purchases))
    fact = next(facts, None)
    hour = START
    while hour < END:
        while fact and fact[0] <= hour:
            at, verb, purchase = fact
            if verb is _place:
                placed[purchase.number] = _place(purchase)
            else:
                verb(placed[purchase.number], at=at)
            fact = next(facts, None)
        inbox.hour = hour
        if hour.weekday() == 0 and hour.hour == 0:
            analyze()
        tick(hour)
        hour += HOUR


def test_two_months_of_olist_hour_by_hour(shop, inbox):
    shop.weekly_cap = recount.WEEKLY_CAP
    shop.save()
    switch_chains_on()
    purchases = recount.purchases(order_file("olist_order_lines"))

    live_through(purchases, inbox)

    expected = [(hour, f"{customer}@example.com", letter) for hour, customer, letter in recount.letters(purchases)]
    assert sorted(inbox.letters) == sorted(expected)
    assert_nobody_twice(purchases)
    assert_no_offer_past_the_cap(inbox.letters)
    # That the journey was worth the walk: all kinds of letters and of reasons for none occurred.
    assert Counter(letter for _hour, _address, letter in inbox.letters).keys() == {
        "care",
        "first offer",
        "second offer",
    }
    assert {"no_consent", "weekly_cap"} <= set(Touch.objects.values_list("reason", flat=True))
    assert Enrolment.objects.filter(ending="goal").exists()


def assert_nobody_twice(purchases):
    sent = Touch.objects.sent().values_list("customer__external_id", "order__number", "step_name")
    assert max(Counter(sent).values()) == 1
    numbers = set(map(attrgetter("number"), purchases))
    assert {order for _customer, order, _step in sent} <= numbers


def assert_no_offer_past_the_cap(letters):
    got = defaultdict(list)
    for hour, address, letter in sorted(letters):
        if letter != "care":
            week = [at for at in got[address] if at > hour - 7 * DAY]
            assert len(week) < recount.WEEKLY_CAP
        got[address].append(hour)
