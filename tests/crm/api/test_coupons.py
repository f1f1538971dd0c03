import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.loyalty import CouponDraft, balances, issue_coupons
from crm.models import Coupon, Event, Order
from tests.conftest import make_customer, make_order
from tests.crm.api.test_taking import ORDER

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return make_customer(email="ann@example.com", external_id="7")


@pytest.fixture
def coupon(ann):
    return issue(ann)


def issue(customer, kind="percent", value=10, **more):
    draft = CouponDraft(customer.pk, kind, f"{kind}", timezone.now(), Decimal(value), is_sent=True, **more)
    issue_coupons([draft])
    return Coupon.objects.get(key=kind)


def test_a_till_asks_whether_a_coupon_is_good_and_why_not(post, ann):
    coupon = issue(ann, minimum=Decimal(40))
    make_customer(email="bob@example.com")

    def ask(**sale):
        return post("coupons/check", {"code": coupon.code.lower().replace("-", ""), **sale}).json()

    assert ask(amount="40", customer={"id": "7"})["redeemable"]
    assert "from 40" in ask(amount="39")["reason"]
    assert "another customer" in ask(customer={"email": "bob@example.com"})["reason"]
    assert "another customer" in ask(customer={"email": "new@example.com"})["reason"]
    assert post("coupons/check", {"code": "NONE"}).json()["reason"] == "There is no coupon NONE."
    assert not Coupon.objects.exclude(redeemed_at=None).exists()


def test_a_coupon_is_redeemed_by_an_order_once(post, ann, coupon):
    make_order(customer=ann, number="A-1")
    make_order(customer=ann, number="A-2")

    first, again, other = (
        post("coupons/redeem", {"code": coupon.code, "order": number}) for number in ("A-1", "A-1", "A-2")
    )

    assert [first.status_code, again.status_code, other.status_code] == [200, 200, 422]
    assert Event.objects.filter(kind="coupon.redeemed").count() == 1


def test_an_order_uses_one_coupon(post, ann, coupon):
    make_order(customer=ann, number="A-1")
    second = issue(ann, kind="amount", value=5)

    assert post("coupons/redeem", {"code": coupon.code, "order": "A-1"}).status_code == 200
    assert post("coupons/redeem", {"code": second.code, "order": "A-1"}).status_code == 422


def test_a_coupon_held_for_a_sale_is_redeemed_by_its_order(post, ann, coupon):
    held = post("coupons/redeem", {"code": coupon.code, "order": "1001", "hold_minutes": 10})
    elsewhere = post("coupons/redeem", {"code": coupon.code, "order": "1002"})

    assert (held.json()["order"], held.json()["redeemed_at"]) == ("1001", None)
    assert elsewhere.status_code == 422
    post("orders", ORDER | {"placed_at": timezone.now().isoformat()})
    coupon.refresh_from_db()
    assert (coupon.order, coupon.held_for) == (Order.objects.get(), "")
    assert coupon.order.coupon_code == coupon.code


def test_what_is_held_is_free_again_after_its_time(post, ann, coupon):
    post("coupons/redeem", {"code": coupon.code, "order": "1", "hold_minutes": 10})
    later = (timezone.now() + dt.timedelta(minutes=11)).isoformat()

    assert post("coupons/redeem", {"code": coupon.code, "order": "2", "at": later}).status_code == 200


def test_a_sale_that_came_to_nothing_gives_its_coupon_back(post, coupon):
    post("coupons/redeem", {"code": coupon.code, "order": "1"})

    assert post("coupons/release", {"code": coupon.code, "order": "2"}).status_code == 422
    for _again in range(2):
        assert post("coupons/release", {"code": coupon.code, "order": "1"}).status_code == 200
    assert post("coupons/redeem", {"code": coupon.code, "order": "2"}).status_code == 200


def test_a_coupon_given_back_takes_its_points_and_may_be_used_again(post, ann):
    coupon = issue(ann, kind="points", value=50)
    make_order(customer=ann, number="A-1")
    make_order(customer=ann, number="A-2")
    counts = []

    for verb, number in (("redeem", "A-1"), ("release", "A-1"), ("release", "A-1"), ("redeem", "A-2")):
        assert post(f"coupons/{verb}", {"code": coupon.code, "order": number}).status_code == 200
        counts.append(balances([ann.pk], timezone.now())[ann.pk])

    assert counts == [50, 0, 0, 50]
    told = Event.objects.filter(kind__startswith="coupon.").order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["coupon.issued", "coupon.redeemed", "coupon.released", "coupon.redeemed"]
