"""Which events end which waits before their time."""

import datetime as dt
import itertools

import pytest

from chains.engine.guard.rules import WAKEUPS
from chains.engine.guard.wakeups import wake_touches
from chains.engine.inbox import inbox_events
from chains.models import Enrolment, Touch
from crm.events import record
from tests.chains.factories import live_chain, marketing
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
_serial = itertools.count(1)

CASES = [
    (reason, kind, wakeup.same)
    for wakeup in WAKEUPS
    for reason, kind in itertools.product(sorted(wakeup.reasons), sorted(wakeup.kinds))
]


@pytest.fixture
def waiting(shop):
    """Makes a touch that waits for a reason until tomorrow."""
    chain = live_chain(marketing(), event="asked")

    def make(order, reason):
        enrolment = Enrolment.objects.create(
            chain=chain,
            version=chain.version,
            customer=order.customer,
            order=order,
            triggered_at=NOW,
            entry_key=str(next(_serial)),
            arrived_at=NOW,
            due_at=NOW,
        )
        return Touch.objects.create(
            enrolment=enrolment,
            chain=chain,
            customer=order.customer,
            order=order,
            step_key="offer",
            channel="email",
            purpose="marketing",
            reason=reason,
            due_at=NOW + DAY,
            useful_until=NOW + 9 * DAY,
        )

    return make


def happened(order, kind):
    record(kind, customer=order.customer, order=order, occurred_at=NOW, source="test", key=f"wakes {next(_serial)}")
    wake_touches([event for event in inbox_events([order.customer_id]) if event.kind == kind], NOW)


@pytest.mark.parametrize(("reason", "kind", "same"), CASES)
def test_an_event_wakes_what_waits_for_its_reason_and_is_about_the_same(waiting, reason, kind, same):
    customer = make_customer()
    order, other = make_order(customer=customer), make_order(customer=customer)
    touch, of_other_order = waiting(order, reason), waiting(other, reason)
    of_other_customer, of_other_reason = waiting(make_order(), reason), waiting(order, "weekly_cap")

    happened(order, kind)

    due_at = dict(Touch.objects.values_list("pk", "due_at"))
    assert due_at[touch.pk] == NOW
    assert due_at[of_other_order.pk] == (NOW if same == "customer_id" else NOW + DAY)
    assert due_at[of_other_customer.pk] == due_at[of_other_reason.pk] == NOW + DAY


def test_an_event_that_ends_no_wait_wakes_nothing(waiting):
    order = make_order()
    touch = waiting(order, "complaint")

    happened(order, "order.shipped")

    touch.refresh_from_db()
    assert touch.due_at == NOW + DAY
