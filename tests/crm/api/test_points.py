"""Points at tills, by the API."""

import pytest
from django.utils import timezone

from crm.loyalty import PointsGift, give_points
from crm.loyalty.ledger import balances
from crm.models import CouponBatch, Event, LoyaltySettings, Order, PointsEntry, Source
from tests.conftest import make_customer, make_order
from tests.crm.api.test_taking import ORDER

pytestmark = pytest.mark.django_db

ANN = {"id": "7"}


@pytest.fixture
def ann():
    customer = make_customer(email="ann@example.com", phone="+447700900123", external_id="7")
    give_points([PointsGift(customer.pk, 100, "gift", timezone.now())])
    LoyaltySettings(pk=1, point_value="0.10", most_percent=50).save()
    return customer


def balance(customer):
    return balances([customer.pk], timezone.now())[customer.pk]


@pytest.mark.parametrize("who", [{"id": "7"}, {"email": "Ann@example.com"}, {"phone": "+44 7700 900123"}])
def test_till_asks_for_the_balance_by_any_name(get, ann, who):
    answer = get("points", **who).json()

    assert (answer["customer_key"], answer["balance"], answer["spendable"], answer["pending"]) == (ann.pk, 100, 100, 0)


def test_nobody_of_that_name_is_told_in_words(get, ann):
    assert get("points", email="bob@example.com").json()["title"] == "No customer has this id, email or phone."


def test_till_asks_how_many_points_may_pay_for_an_order(post, ann):
    def ask(amount):
        answer = post("points/quote", {"customer": ANN, "amount": amount}).json()
        return answer["points"], answer["worth"], answer["reason"]

    assert ask("100") == (100, "10.00", "")
    assert ask("9.99") == (49, "4.90", "Points pay for at most 50 % of an order.")
    LoyaltySettings.objects.update(point_value=None)
    assert ask("100") == (0, "0", "This shop takes no points for orders.")


def test_sale_holds_points_and_spends_them_once(post, ann):
    held = post("points/hold", {"customer": ANN, "order": "1001", "points": 80, "amount": "50"})
    elsewhere = post("points/spend", {"customer": ANN, "order": "1002", "points": 80})
    captured = [post("points/capture", {"order": "1001"}) for _turn in range(2)]

    assert (held.json()["state"], held.json()["worth"], held.json()["spendable"]) == ("held", "8.00", 20)
    assert elsewhere.status_code == 422
    assert elsewhere.json()["detail"] == "There are only 20 points on the balance, not 80."
    assert [(one.json()["state"], one.json()["balance"]) for one in captured] == [("spent", 20)] * 2
    assert balance(ann) == 20


def test_sale_that_comes_to_nothing_lets_its_points_go(post, ann):
    post("points/hold", {"customer": ANN, "order": "1001", "points": 80})

    answer = post("points/cancel", {"order": "1001"}).json()

    assert (answer["state"], answer["points"], answer["spendable"]) == ("free", 0, 100)
    assert post("points/capture", {"order": "1001"}).status_code == 422
    assert post("points/cancel", {"order": "1009"}).json()["detail"] == "No points are held for the sale 1009."


def test_more_than_the_settings_allow_of_an_order_is_refused(post, ann):
    refused = post("points/spend", {"customer": ANN, "order": "1001", "points": 60, "amount": "10"})

    assert refused.json()["detail"] == ("At most 50 points can be spent here. Points pay for at most 50 % of an order.")
    assert balance(ann) == 100


def test_repeated_call_spends_once_and_another_under_its_number_is_refused(post, ann):
    sale = {"customer": ANN, "order": "1001", "points": 30}

    first, again = (post("points/spend", sale, **{"Idempotency-Key": "k-1"}) for _turn in range(2))
    without_key = post("points/spend", sale)
    other = post("points/spend", {**sale, "points": 31})

    assert [one.status_code for one in (first, again, without_key, other)] == [200, 200, 200, 422]
    assert balance(ann) == 70


def test_points_of_a_sale_are_given_back_in_parts(post, ann):
    post("points/spend", {"customer": ANN, "order": "1001", "points": 30})

    parts = [post("points/refund", {"order": "1001", "points": 10, "id": "r-1"}).json() for _turn in range(2)]
    rest = post("points/refund", {"order": "1001"}).json()
    more = post("points/refund", {"order": "1001", "points": 1, "id": "r-3"})

    assert [one["points"] for one in parts] == [20, 20]
    assert (rest["state"], rest["balance"]) == ("free", 100)
    assert more.status_code == 422


def test_order_and_ledger_agree_on_points_whoever_tells_first(post, ann):
    post("points/hold", {"customer": ANN, "order": "1001", "points": 30})
    told = {**ORDER, "customer": {"id": "7"}, "points_spent": 30}

    for _turn in range(2):
        assert post("orders", {**told, "number": "1001"}).status_code == 200
        assert post("orders", {**told, "number": "1002"}).status_code == 200

    spent = PointsEntry.objects.filter(kind="spending")
    assert sorted(spent.values_list("order__number", "points")) == [("1001", -30), ("1002", -30)]
    assert balance(ann) == 40


def test_order_that_comes_after_its_till_has_the_points_that_paid_for_it(post, ann):
    post("points/spend", {"customer": ANN, "order": "1001", "points": 30})

    post("orders", {**ORDER, "number": "1001", "customer": {"id": "7"}})
    post("orders", {"number": "1001", "cancelled_at": "2026-03-10T12:00:00Z"})

    assert PointsEntry.objects.get(kind="spending").order == Order.objects.get()
    assert balance(ann) == 100


def test_order_paid_with_more_points_than_there_are_stands(post, ann):
    assert post("orders", {**ORDER, "customer": {"id": "7"}, "points_spent": 300}).status_code == 200

    assert Event.objects.get(kind="points.refused").properties["points"] == 300
    assert balance(ann) == 100


def test_key_for_coupons_alone_opens_no_points_and_one_for_tills_does(post, get, ann, source):
    Source.objects.update(rights="coupons")
    refused = get("points", id="7")
    Source.objects.update(rights="till")

    assert refused.status_code == 403
    assert get("points", id="7").status_code == 200
    assert post("orders", ORDER).status_code == 403


def test_one_code_for_everybody_is_good_so_many_times_and_once_for_each(post):
    CouponBatch.objects.create(name="Summer", code="SUMMER", kind="percent", value=10, most=2)
    people = [make_customer(external_id=str(number)) for number in range(3)]
    for number, person in enumerate(people):
        make_order(customer=person, number=f"A-{number}")
    make_order(customer=people[0], number="B-0")

    def redeem(number):
        return post("coupons/redeem", {"code": "summer", "order": number}).json()

    assert redeem("A-0")["code"] == "SUMMER"
    assert redeem("A-0")["redeemed_at"]
    assert "The coupon SUMMER was used on" in redeem("B-0")["detail"]
    assert redeem("A-1")["customer_key"] == people[1].pk
    assert redeem("A-2")["detail"] == "The coupon SUMMER is used up."
    post("coupons/release", {"code": "SUMMER", "order": "A-1"})
    assert redeem("A-2")["redeemed_at"]
