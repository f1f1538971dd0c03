"""Two real processes at one balance and at one coupon."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from chains.engine.advance.advance import advance
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import guard
from chains.models import Step, Touch
from crm import loyalty
from crm.loyalty import CouponDraft, PointsGift
from crm.loyalty.coupon_conditions import last_day
from crm.models import Coupon, Event, Order, PointsEntry
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_customer, make_order
from tests.faults.test_facts_race import finish, start

pytestmark = pytest.mark.django_db(transaction=True)

SPEND = """
from crm import loyalty
customer = Customer.objects.get()
for number in range(15):
    try:
        loyalty.spend_points(customer, 7, at=now, key=f"{name}-{number}")
    except ValueError:
        pass
"""
GIVE_SAME = """
from crm import loyalty
customer = Customer.objects.get()
for number in range(15):
    loyalty.give_points([loyalty.PointsGift(customer.pk, 1, f"gift-{number}", now)])
    loyalty.issue_coupons([loyalty.CouponDraft(customer.pk, "percent", f"coupon-{number}", now, value=Decimal(5))])
"""
REDEEM = """
from crm.models import Coupon
customer = Customer.objects.get()
for number, code in enumerate(Coupon.objects.order_by("pk").values_list("code", flat=True)):
    orders.place(f"{name}-{number}", customer=customer, placed_at=now, total=Decimal(10), coupon_code=code)
"""
# The second worker's clock shows the next day: the terms it counts end a day later.
DELIVER = """
from uuid import UUID
from chains.channels.sender import Outcome, Result
from chains.engine.deliver import deliver
deliver.SLICE = 3
class Post:
    is_idempotent = False
    def deliver(self, batch, shop):
        for outgoing in batch:
            result = Result.TEMPORARY if outgoing.touch_id % 3 == 0 else Result.SENT
            if result is Result.SENT:
                print(outgoing.touch_id, outgoing.content.subject, flush=True)
            yield Outcome(outgoing.touch_id, result)
lease, later = UUID(int=int(name)), dt.timedelta(days=int(name))
deliver.deliver(now + later, lease, through={"email": Post()})
"""


def test_balance_spent_by_two_never_falls_below_nothing():
    ann = make_customer(consent=False)
    loyalty.give_points([PointsGift(ann.pk, 50, f"gift-{number}", NOW) for number in range(2)])

    finish(start(SPEND, "a", "b"))

    assert PointsEntry.objects.filter(kind="spending").count() == 14
    assert loyalty.balances([ann.pk], NOW)[ann.pk] == 2


def test_same_gifts_given_by_two_are_given_once():
    ann = make_customer(consent=False)

    finish(start(GIVE_SAME, "a", "b"))

    assert loyalty.balances([ann.pk], NOW)[ann.pk] == 15
    assert Coupon.objects.count() == 15
    assert Event.objects.filter(kind="coupon.issued").count() == 15


def test_coupon_brought_by_two_orders_is_redeemed_by_one():
    ann = make_customer(consent=False)
    loyalty.issue_coupons([CouponDraft(ann.pk, "percent", f"c{n}", NOW, value=Decimal(5)) for n in range(10)])

    finish(start(REDEEM, "a", "b"))

    assert Order.objects.count() == 20
    assert Coupon.objects.exclude(order=None).count() == 10
    assert Event.objects.filter(kind="coupon.redeemed").count() == 10
    assert Event.objects.filter(kind="coupon.refused").count() == 10


def test_letters_of_one_coupon_sent_by_two_tell_the_term_that_is_stored(shop):
    coupon = {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": "free_delivery", "coupon_days": 7}
    letter = message(subject="until {{ coupon.until }}")
    live_chain(coupon, letter, letter, at=NOW - dt.timedelta(hours=1))
    for _number in range(30):
        make_order(placed_at=NOW)
    enrol(NOW)
    advance(NOW)
    guard(NOW)
    first, second = {}, {}
    for touch in Touch.objects.order_by("enrolment", "id"):
        (second if touch.enrolment_id in first else first)[touch.enrolment_id] = touch.pk
    for number, theirs in enumerate((first, second)):
        mine = Touch.objects.filter(pk__in=theirs.values())
        mine.update(lease=UUID(int=number), lease_until=NOW + dt.timedelta(days=3))

    told = [line.split(maxsplit=1) for output in outputs(start(DELIVER, "0", "1")) for line in output.splitlines()]

    sent = Touch.objects.select_related("coupon").filter(status="sent").in_bulk()
    assert {int(pk) for pk, _subject in told} == sent.keys()
    assert len(sent) >= 20
    for pk, subject in told:
        assert subject == f"until {last_day(sent[int(pk)].coupon.expires_at):%-d %B %Y}"
    for coupon in Coupon.objects.all():
        carried = coupon.touches.filter(status="sent").count()
        assert coupon.sendings == carried
        assert (coupon.sent_at is None) == (carried == 0)


def outputs(processes):
    for process in processes:
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        yield out
