"""Workers that die with coupons in hand: what was, or perhaps was, sent shows the term that is stored."""

import datetime as dt
import email
import email.policy
import re

import pytest

from chains.engine.guard.guard import LEASE
from chains.engine.run import tick
from chains.models import Step, Touch
from crm.events import record_many
from crm.loyalty.coupon_conditions import ends_at, last_day
from crm.models import Coupon, Event
from tests.chains.factories import live_chain, marketing, message
from tests.conftest import NOW, make_customer
from tests.faults.test_kill_points import kill_at

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 60
LATER = NOW + dt.timedelta(days=1)
SHOWN = "{{ coupon.code }} until {{ coupon.until }}"
POINTS = {
    "leased, nothing begun": ("chains.engine.deliver.coupon_terms", "loyalty.lock_terms", "before", 1),
    "coupons held": ("chains.engine.deliver.coupon_terms", "loyalty.lock_terms", "after", 1),
    "letters begun, terms not": ("chains.engine.deliver.coupon_terms", "loyalty.count_sendings", "before", 1),
    "terms begun, letters do not name them": (
        "chains.engine.deliver.coupon_terms",
        "slices.show_coupons",
        "before",
        1,
    ),
    "all written, not committed": ("chains.engine.deliver.coupon_terms", "slices.show_coupons", "after", 1),
    "committed, nothing handed over": ("chains.channels.email.sender", "_handed_over", "before", 1),
    "in the middle of a slice": ("chains.channels.email.sender", "_handed_over", "after", 20),
    "a slice handed over, not recorded": ("chains.engine.deliver.slices", "begin_slice", "before", 2),
    "a slice recorded, not committed": ("chains.engine.deliver.slices", "begin_slice", "after", 2),
    "a slice recorded, the next begun": ("chains.engine.deliver.deliver", "CouponTerms.begin_slice", "after", 2),
}


@pytest.fixture
def crowd(shop):
    """Sixty customers, each with a coupon in a service letter and another in an advertisement."""
    coupon = {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": "free_delivery", "coupon_days": 7}
    live_chain(
        coupon,
        message(late_after_hours=72, words=SHOWN),
        coupon,
        marketing(late_after_hours=72, words=SHOWN),
        event="custom",
        custom_event="asked",
        at=NOW - LEASE,
    )
    people = [make_customer() for _number in range(PEOPLE)]
    record_many(
        Event(kind="asked", customer=person, occurred_at=NOW, source="test", key=str(person.pk)) for person in people
    )


@pytest.mark.parametrize("point", POINTS)
def test_letters_show_the_stored_term_wherever_a_worker_dies(point, crowd, sink, settings):
    kill_at(POINTS[point], sink.port)

    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    # A day later a term that counts from sending ends a day later.
    for turn in range(4):
        tick(LATER + turn * LEASE)

    assert Coupon.objects.count() == 2 * PEOPLE
    touches = {touch.message_id: touch for touch in Touch.objects.select_related("coupon")}
    assert {touch.status for touch in touches.values()} <= {"sent", "unknown"}
    told = [told_by(letter) for letter in sink.handler.letters]
    assert {message_id for message_id, *_shown in told} >= {
        touch.message_id for touch in touches.values() if touch.status == "sent"
    }
    for message_id, code, until in told:
        coupon = touches[message_id].coupon
        assert (code, until) == (coupon.code, f"{last_day(coupon.expires_at):%-d %B %Y}"), point
    assert {touch.coupon.expires_at for touch in touches.values()} <= {ends_at(NOW, 7), ends_at(LATER, 7)}
    assert set(Coupon.objects.values_list("sendings", flat=True)) == {1}


@pytest.mark.parametrize("point", ["committed, nothing handed over", "coupons held"])
def test_a_term_runs_from_the_sending_that_perhaps_was(point, crowd, sink):
    kill_at(POINTS[point], sink.port)

    is_begun = point == "committed, nothing handed over"
    sending = Touch.objects.filter(status="sending")
    assert sending.count() == (50 if is_begun else 0)
    assert Coupon.objects.exclude(sent_at=None).count() == sending.count()
    assert set(sending.values_list("coupon__expires_at", flat=True)) == ({ends_at(NOW, 7)} if is_begun else set())


def told_by(content):
    letter = email.message_from_bytes(content, policy=email.policy.default)
    body = letter.get_body(("plain",)).get_content()
    code, until = re.search(r"(\S+) until (\d+ \w+ \d+)", body).groups()
    return letter["Message-ID"], code, until
