"""Letters that show a coupon or points: which one, until when, and what of its term when they do not leave."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest

from chains.channels.registry import senders
from chains.channels.sender import Outcome, Result
from chains.engine.advance.advance import advance
from chains.engine.deliver.deliver import deliver
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import LEASE, guard
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.messages.rewards import coupon_words
from chains.models import Step, Touch
from crm import loyalty
from crm.loyalty.coupon_conditions import ends_at
from crm.models import Coupon
from tests.chains.factories import branch, live_chain, make_template, marketing, message, wait
from tests.conftest import NOW, make_category, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
SHOWN = "Code {{ coupon.code }}: {{ coupon.offer }} until {{ coupon.until }}"
REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


class Post:
    """An email channel that answers as told and keeps what it was given."""

    is_idempotent = False

    def __init__(self):
        self.answers, self.texts = [], []

    def deliver(self, batch, shop):
        for outgoing in batch:
            self.texts.append(outgoing.content.text.splitlines()[0])
            yield Outcome(outgoing.touch_id, self.answers.pop(0) if self.answers else Result.SENT)


@pytest.fixture
def post(monkeypatch):
    made = Post()
    monkeypatch.setitem(senders(), "email", made)
    return made


def live(*steps, **fields):
    return live_chain(*steps, at=NOW - HOUR, **fields)


def issue(kind="percent", value=10, **fields):
    """A step that issues a coupon for kettles: one for everything must not come first."""
    fields = {"coupon_category": make_category("Kettles")} | fields
    return {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": kind, "coupon_value": value, **fields}


def thanks(**fields):
    words = {} if "template" in fields else {"words": SHOWN}
    return message(late_after_hours=24 * 9, **words, **fields)


def term(coupon):
    coupon.refresh_from_db()
    return coupon.sent_at, coupon.expires_at


def test_a_letter_shows_the_coupon_and_starts_its_term_when_it_is_sent(post):
    live(issue(coupon_days=7), wait(2, "hours"), thanks())
    make_order(placed_at=NOW)

    tick(NOW)
    coupon = Coupon.objects.get()
    assert term(coupon) == (None, None)
    tick(NOW + DAY)
    tick(NOW + DAY + HOUR)

    assert term(coupon) == (NOW + DAY, ends_at(NOW + DAY, 7))
    assert post.texts == [f"Code {coupon.code}: 10\xa0% until 18 March 2026"]
    assert Touch.objects.get().coupon == coupon


@pytest.mark.parametrize(("channel", "subject"), [("sms", ""), ("telegram", ""), ("push", "Yours")])
def test_every_channel_shows_the_coupon_and_starts_its_term(post, monkeypatch, channel, subject, channels_connected):
    monkeypatch.setitem(senders(), channel, post)
    live(issue(coupon_days=7), thanks(template=make_template(channel=channel, subject=subject, words=SHOWN)))
    order = make_order(placed_at=NOW)
    order.customer.contacts.update(channel=channel)

    tick(NOW)

    assert post.texts == [f"Code {Coupon.objects.get().code}: 10\xa0% until 17 March 2026"]
    assert term(Coupon.objects.get()) == (NOW, ends_at(NOW, 7))


def test_what_is_shown_again_later_ends_with_the_same_day(post):
    live(issue(coupon_days=7), thanks(), wait(3), thanks())
    make_order(placed_at=NOW)

    tick(NOW)
    tick(NOW + 3 * DAY)

    assert post.texts == [f"Code {Coupon.objects.get().code}: 10\xa0% until 17 March 2026"] * 2
    assert Coupon.objects.get().sendings == 2


@pytest.mark.parametrize("answer", [Result.TEMPORARY, Result.PERMANENT])
def test_a_letter_that_did_not_leave_starts_no_term(post, answer):
    live(issue(coupon_days=7), thanks())
    make_order(placed_at=NOW)
    post.answers = [answer]

    tick(NOW)

    coupon = Coupon.objects.get()
    assert (term(coupon), coupon.sendings) == ((None, None), 0)
    assert Touch.objects.get().coupon is None
    tick(NOW + DAY)
    is_tried_again = answer is Result.TEMPORARY
    assert len(post.texts) == 1 + is_tried_again
    assert term(coupon) == ((NOW + DAY, ends_at(NOW + DAY, 7)) if is_tried_again else (None, None))


def test_service_that_was_perhaps_sent_shows_the_same_day_again(post):
    live(issue(coupon_days=7), thanks())
    make_order(placed_at=NOW)
    post.answers = [Result.UNKNOWN, Result.TEMPORARY]

    for day in range(3):
        tick(NOW + day * DAY)

    coupon = Coupon.objects.get()
    assert post.texts == [f"Code {coupon.code}: 10\xa0% until 17 March 2026"] * 3
    assert (term(coupon), coupon.sendings) == ((NOW, ends_at(NOW, 7)), 1)


def test_a_letter_that_did_not_leave_takes_no_term_from_one_that_did(post):
    live(issue(coupon_days=7), thanks(), wait(1), thanks())
    make_order(placed_at=NOW)

    tick(NOW)
    post.answers = [Result.PERMANENT]
    tick(NOW + DAY)

    coupon = Coupon.objects.get()
    assert (term(coupon), coupon.sendings) == ((NOW, ends_at(NOW, 7)), 1)
    assert list(Touch.objects.order_by("due_at").values_list("status", "coupon")) == [
        ("sent", coupon.pk),
        ("failed", None),
    ]


def test_a_letter_whose_coupon_began_elsewhere_meanwhile_waits_and_tells_that_term(post, monkeypatch):
    live(issue(coupon_days=7), thanks())
    make_order(placed_at=NOW)
    enrol(NOW)
    advance(NOW)
    lease = uuid4()
    guard(NOW, lease)
    coupon = Coupon.objects.get()
    hold = loyalty.lock_terms

    def late(ids):
        Coupon.objects.update(sent_at=NOW - DAY, expires_at=ends_at(NOW - DAY, 7), sendings=1)
        return hold(ids)

    monkeypatch.setattr(loyalty, "lock_terms", late)
    assert deliver(NOW, lease).total() == 0
    monkeypatch.undo()
    monkeypatch.setitem(senders(), "email", post)
    assert post.texts == []

    tick(NOW + LEASE)

    assert post.texts == [f"Code {coupon.code}: 10\xa0% until 16 March 2026"]
    coupon.refresh_from_db()
    assert coupon.sendings == 2


def test_the_nearest_coupon_before_the_message_is_meant(post):
    chain = live(
        issue(value=5),
        branch((REPEAT, issue(value=20)), (None, issue(value=10), thanks())),
        issue("free_delivery", None),
        thanks(),
        issue(value=30),
    )
    make_order(placed_at=NOW)

    tick(NOW)

    assert [text.split(": ")[1].removesuffix(" until ") for text in post.texts] == ["10\xa0%", "free delivery"]
    assert Coupon.objects.filter(sent_at=None).count() == 2
    assert chain.touches.exclude(coupon=None).count() == 2


def test_an_offer_that_cannot_be_kept_is_not_sent_but_service_is(post):
    live(
        issue(coupon_days=2),
        thanks(),
        wait(1, since="delivered"),
        marketing(words=SHOWN),
        thanks(),
    )
    used, over, good = (make_order(placed_at=NOW, delivered_at=NOW + day * DAY) for day in (0, 3, 0))
    tick(NOW)
    Coupon.objects.filter(customer=used.customer).update(redeemed_at=NOW + HOUR)

    for hour in range(24, 24 * 5, 12):
        tick(NOW + hour * HOUR)

    offers = {touch.customer_id: touch for touch in Touch.objects.filter(purpose="marketing")}
    code = {coupon.customer_id: coupon.code for coupon in Coupon.objects.all()}
    assert offers[good.customer_id].status == "sent"
    assert sentence(offers[used.customer_id]) == f"Not sent: its coupon {code[used.customer_id]} was used on 10 March"
    assert (
        sentence(offers[over.customer_id]) == f"Not sent: its coupon {code[over.customer_id]} was good until 12 March"
    )
    assert Touch.objects.filter(purpose="service", status="sent").count() == 6


def test_an_offer_without_its_coupon_is_not_sent(post):
    chain = live(issue(), message(), wait(1, since="delivered"), marketing(words=SHOWN))
    make_order(placed_at=NOW, delivered_at=NOW)
    tick(NOW)
    Coupon.objects.all().delete()

    tick(NOW + DAY)

    offer = chain.touches.get(purpose="marketing")
    assert (offer.status, sentence(offer)) == ("skipped", "Not sent: no coupon to show was issued")
    assert len(post.texts) == 1


def test_points_are_told_as_they_are_when_the_letter_leaves(post):
    body = "{{ points.balance }}, {{ points.expiring }} until {{ points.expiring_on }}"
    live(message(words=body))
    rich, _poor = make_order(placed_at=NOW), make_order(placed_at=NOW)
    loyalty.give_points(
        [
            loyalty.PointsGift(rich.customer_id, 1_000, "lasting", NOW - DAY),
            loyalty.PointsGift(rich.customer_id, 120, "soon", NOW - DAY, expires_at=NOW + 5 * DAY),
            loyalty.PointsGift(rich.customer_id, 30, "same day", NOW - DAY, expires_at=NOW + 5 * DAY + HOUR),
            loyalty.PointsGift(rich.customer_id, 7, "later", NOW - DAY, expires_at=NOW + 9 * DAY),
            loyalty.PointsGift(rich.customer_id, 7, "far", NOW - DAY, expires_at=NOW + 90 * DAY),
        ]
    )

    tick(NOW)

    assert sorted(post.texts) == ["0,  until ", "1,164, 150 until 15 March 2026"]


def test_terms_take_the_same_few_queries_however_many_letters(post, django_assert_max_num_queries):
    live(issue(coupon_days=7), thanks())
    live(message(), event="order.paid")

    def queries(count, **facts):
        for _number in range(count):
            make_order(placed_at=NOW, **facts)
        enrol(NOW)
        advance(NOW)
        lease = uuid4()
        guard(NOW, lease)
        with django_assert_max_num_queries(30) as told:
            deliver(NOW, lease)
        return len(told)

    few, many = queries(3), queries(40)

    assert few == many
    assert Coupon.objects.filter(sent_at=NOW).count() == 43


def test_letters_without_coupons_touch_no_coupon(post, django_assert_max_num_queries):
    live(issue(coupon_days=7), message())
    make_order(placed_at=NOW)
    enrol(NOW)
    advance(NOW)
    lease = uuid4()
    guard(NOW, lease)

    with django_assert_max_num_queries(30) as told:
        deliver(NOW, lease)

    assert len(post.texts) == 1
    assert not [query["sql"] for query in told if "crm_coupon" in query["sql"] or "SAVEPOINT" in query["sql"]]


@pytest.mark.parametrize(
    ("language", "fields", "words"),
    [
        ("en", {"kind": "percent", "value": "12.50"}, "12.5\xa0%"),
        ("ru", {"kind": "percent", "value": "12.50"}, "12,5\xa0%"),
        ("en", {"kind": "amount", "value": "500"}, "€500"),
        ("ru", {"kind": "amount", "value": "500"}, "500\xa0€"),
        ("en", {"kind": "free_delivery"}, "free delivery"),
        ("ru", {"kind": "free_delivery"}, "бесплатная доставка"),
        ("en", {"kind": "points", "value": "1"}, "1 point"),
        ("ru", {"kind": "points", "value": "200"}, "200 баллов"),
        ("ru", {"kind": "gift", "gift": "кружка"}, "кружка"),
    ],
)
def test_what_a_coupon_gives_in_the_letters_language(language, fields, words):
    coupon = Coupon(code="A", **fields | ({"value": Decimal(fields["value"])} if "value" in fields else {}))

    assert coupon_words(coupon, language, "EUR")["offer"] == words
