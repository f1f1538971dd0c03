"""Who brought whom, what both get for it and when, and who gets nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from crm.customers.merge import merge
from crm.loyalty import balances, spend_points
from crm.models import (
    Coupon,
    Customer,
    Event,
    EventInbox,
    Order,
    PointsEntry,
    Referral,
    ReferralCode,
    ReferralProgramme,
)
from crm.orders import orders
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from crm.referrals.attributing import attribute_waiting
from crm.referrals.codes import code_of, codes_of, owner_of
from crm.referrals.happenings import device_of
from crm.referrals.joining import Arrival, ReferralRefused, join
from crm.referrals.reviewing import approve, note_recommender, refuse
from crm.referrals.settling import settle_all
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def programme(shop):
    """500 points for who recommends, 10 % for the friend at once; it counts when the time to return is over."""
    found = ReferralProgramme.load()
    found.is_on = True
    found.recommender_kind, found.recommender_value = "points", Decimal(500)
    found.friend_kind, found.friend_value = "percent", Decimal(10)
    found.save()
    return found


@pytest.fixture
def ann(programme):
    return make_customer(first_name="Ann", last_name="Brown")


def make_friend(**fields):
    return make_customer(**{"first_name": "Ben", "last_name": "Green", "created_at": NOW} | fields)


def come(recommender, friend=None, *, at=NOW, came_by="form", **more):
    return join(recommender, friend or make_friend(), Arrival(came_by, at, **more))


def order_of(friend, *, at=NOW + DAY, **fields):
    order = make_order(customer=friend, placed_at=at, **fields)
    attribute_waiting(at)
    return order


def points_of(customer, at=NOW + 100 * DAY):
    return balances([customer.pk], at)[customer.pk]


def test_both_are_rewarded_once_the_time_to_return_is_over(ann):
    ben = make_friend()
    referral = come(ann, ben)
    order = order_of(ben, delivered_at=NOW + 3 * DAY)
    assert Coupon.objects.get(customer=ben).value == 10

    early = settle_all(NOW + 3 * DAY + 16 * DAY)
    before = points_of(ann)
    settle_all(NOW + 3 * DAY + 17 * DAY)
    settle_all(NOW + 3 * DAY + 18 * DAY)

    referral.refresh_from_db()
    assert (early["rewarded"], before, points_of(ann)) == (0, 0, 500)
    assert (referral.status, referral.order, referral.rewarded_at) == ("rewarded", order, NOW + 20 * DAY)
    assert Coupon.objects.filter(customer=ben).count() == 1
    assert list(
        Event.objects.filter(customer=ann, kind__startswith="referral.").order_by("pk").values_list("kind")
    ) == [
        ("referral.joined",),
        ("referral.used",),
        ("referral.rewarded",),
    ]


@pytest.mark.parametrize(
    ("counts_at", "moment"), [("paid", {"paid_at": NOW + DAY}), ("delivered", {"delivered_at": NOW + DAY})]
)
def test_it_counts_at_the_moment_the_programme_says(programme, ann, counts_at, moment):
    programme.counts_at = counts_at
    programme.save()
    ben = make_friend()
    come(ann, ben)
    order = order_of(ben)
    waiting = settle_all(NOW + DAY)["rewarded"]

    for verb, at in moment.items():
        {"paid_at": orders.pay, "delivered_at": orders.deliver}[verb](order, at=at)

    assert (waiting, settle_all(NOW + DAY)["rewarded"], points_of(ann)) == (0, 1, 500)


def test_a_friend_who_is_not_welcomed_gets_theirs_with_the_reward(programme, ann):
    programme.is_friend_welcomed = False
    programme.save()
    ben = make_friend()
    come(ann, ben)
    order_of(ben, delivered_at=NOW + DAY)
    assert not Coupon.objects.exists()

    settle_all(NOW + 30 * DAY)

    assert Coupon.objects.get().customer == ben


def test_nothing_is_rewarded_while_the_programme_is_off(programme, ann):
    programme.is_on = False
    programme.save()
    ben = make_friend()

    order_of(ben, coupon_code=code_of(ann, NOW))

    assert not Referral.objects.exists()
    assert not EventInbox.objects.filter(consumer="referrals").exists()


def test_a_code_typed_into_the_order_brings_the_friend(ann):
    ben = make_friend()

    order = order_of(ben, coupon_code=code_of(ann, NOW).lower().replace("-", " "))

    referral = Referral.objects.get()
    assert (referral.recommender, referral.friend, referral.order) == (ann, ben, order)
    assert (referral.came_by, referral.status) == ("code", "held")
    ben.refresh_from_db()
    assert ben.source == "referral"


def test_a_code_named_as_the_source_of_the_order_brings_the_friend(ann):
    order_of(make_friend(), source=f"ref={code_of(ann, NOW)}")

    assert Referral.objects.get().came_by == "code"


def test_a_page_opened_by_the_link_brings_the_friend_for_ninety_days(ann):
    def view(friend, at):
        url = f"https://kettle.example.com/?ref={code_of(ann, NOW).replace('-', '')}&utm_source=referral"
        Event.objects.create(
            kind="page.viewed",
            customer=friend,
            occurred_at=at,
            source="site",
            key=str(friend.pk),
            properties={"url": url},
        )

    soon, late = make_friend(), make_friend(first_name="Cyril", last_name="White")
    view(soon, NOW)
    view(late, NOW - 91 * DAY)

    order_of(soon, at=NOW + 2 * DAY)
    order_of(late, at=NOW + 2 * DAY)

    assert list(Referral.objects.values_list("friend", "came_by")) == [(soon.pk, "link")]


def test_the_coupon_of_a_friend_brought_by_a_guest_counts_for_who_recommended_them(ann):
    ben = make_friend()
    come(ann, ben)
    guest = make_friend(first_name="Clara", last_name="White")

    order_of(guest, coupon_code=Coupon.objects.get(customer=ben).code)

    assert Referral.objects.get(friend=guest).came_by == "coupon"


def test_orders_without_a_hint_cost_a_few_queries_for_all_of_them(ann, django_assert_num_queries):
    for _number in range(30):
        make_order()

    with django_assert_num_queries(7):
        attribute_waiting(NOW)

    assert not Referral.objects.exists()


def test_an_order_after_the_window_brings_nothing(ann):
    ben = make_friend()
    referral = come(ann, ben)

    order_of(ben, at=NOW + 91 * DAY, delivered_at=NOW + 92 * DAY)
    settle_all(NOW + 120 * DAY)

    referral.refresh_from_db()
    assert (referral.status, referral.why, points_of(ann)) == ("void", "late", 0)


def test_a_first_order_that_is_too_small_does_not_count(programme, ann):
    programme.minimum = 150
    programme.save()
    ben = make_friend()
    referral = come(ann, ben)

    order_of(ben)

    referral.refresh_from_db()
    assert (referral.status, referral.why) == ("void", "small")
    assert Coupon.objects.get(customer=ben).expires_at == NOW + DAY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann.brown@gmail.com", "annbrown+shop@googlemail.com"),
        ("ann.brown@yandex.ru", "ann-brown@ya.ru"),
        ("ann+1@example.com", "ann@example.com"),
    ],
)
def test_nobody_recommends_the_shop_to_their_own_mailbox(programme, one, other):
    ann, herself = make_customer(email=one), make_customer(email=other)

    with pytest.raises(ReferralRefused) as refused:
        come(ann, herself)

    assert refused.value.why == "self"
    assert set(Event.objects.filter(kind="referral.refused").values_list("customer", "properties__why")) == {
        (ann.pk, "self"),
        (herself.pk, "self"),
    }


def test_nobody_recommends_the_shop_to_their_own_phone_or_namesake_at_home(programme):
    home = {"address": "1 High Street", "city": "Leeds", "last_name": "Brown"}
    ann = make_customer(phone="+447700900123", **home)
    by_phone = make_customer(phone="+447700900123", first_name="Other")
    at_home = make_customer(**home | {"address": "1 HIGH street"})

    for herself in (ann, by_phone, at_home):
        with pytest.raises(ReferralRefused):
            come(ann, herself)

    assert not Referral.objects.exists()


def test_an_own_code_in_an_order_is_refused(ann):
    order_of(ann, coupon_code=code_of(ann, NOW))

    assert not Referral.objects.exists()
    assert Event.objects.filter(kind="referral.refused", customer=ann).count() == 1


def test_who_ordered_before_is_no_friend_even_as_a_guest_with_another_address(ann):
    guest = make_customer(email="ben@gmail.com")
    make_order(customer=guest, placed_at=NOW - 30 * DAY)
    ben = make_friend(email="b.e.n+new@gmail.com")

    with pytest.raises(ReferralRefused) as refused:
        come(ann, ben)

    assert refused.value.why == "known"


def test_a_second_order_of_a_friend_brings_nothing_more(ann):
    ben = make_friend()
    code = code_of(ann, NOW)
    first = order_of(ben, coupon_code=code)

    order_of(ben, at=NOW + 2 * DAY, coupon_code=code)

    assert Referral.objects.get().order == first


def test_a_friend_is_brought_once(ann):
    ben, other = make_friend(), make_customer(first_name="Olga", last_name="White")
    known = come(ann, ben)

    with pytest.raises(ReferralRefused) as refused:
        come(other, ben)

    assert refused.value.why == "taken"
    assert come(ann, ben) == known


def test_circles_of_any_length_are_refused(programme):
    people = [make_customer(first_name=name, last_name=f"Of {name}") for name in ("Ann", "Ben", "Cleo", "Dan", "Eve")]
    for one, next_one in zip(people, people[1:], strict=False):
        come(one, next_one)

    with pytest.raises(ReferralRefused) as refused:
        come(people[-1], people[0])

    assert refused.value.why == "circle"
    assert Referral.objects.count() == 4


def test_what_is_doubtful_is_never_rewarded_unseen(ann):
    anne = make_friend(first_name="Anne", last_name="Brown")
    come(ann, anne)
    order_of(anne, delivered_at=NOW + DAY)
    settle_all(NOW + 300 * DAY)
    referral = Referral.objects.get()
    boss = User.objects.create_user("boss")
    assert (referral.status, referral.doubts, points_of(ann, NOW + 400 * DAY)) == ("review", ["name"], 0)

    approve(referral, by=boss, at=NOW + 301 * DAY)
    settle_all(NOW + 301 * DAY)

    referral.refresh_from_db()
    assert (referral.status, referral.reviewed_by, points_of(ann, NOW + 400 * DAY)) == ("rewarded", boss, 500)


def test_what_is_refused_is_over_and_says_by_whom(ann):
    anne = make_friend(first_name="Anne", last_name="Brown")
    come(ann, anne)
    order_of(anne)
    boss = User.objects.create_user("boss")

    referral = refuse(Referral.objects.get(), by=boss, at=NOW + 2 * DAY)

    assert (referral.status, referral.why, referral.reviewed_by) == ("void", "refused", boss)
    with pytest.raises(ValueError, match="decided already"):
        refuse(referral, by=boss, at=NOW + 2 * DAY)
    with pytest.raises(ValueError, match="nothing to decide"):
        approve(referral, by=boss, at=NOW + 2 * DAY)


def test_the_fourth_friend_from_one_device_is_looked_at(ann):
    device = device_of("192.0.2.1", "A browser")
    for number in range(4):
        friend = make_friend(first_name=f"F{number}", last_name=f"Of {number}")
        come(ann, friend, device=device)
        order_of(friend)

    doubts = list(Referral.objects.order_by("pk").values_list("doubts", flat=True))

    assert doubts == [[], [], [], ["device"]]
    assert device_of("192.0.2.1", "Another browser") != device


def test_the_sixth_friend_of_a_day_is_looked_at(ann):
    for number in range(6):
        friend = make_friend(first_name=f"F{number}", last_name=f"Of {number}")
        come(ann, friend)
        order_of(friend)

    doubts = list(Referral.objects.order_by("pk").values_list("doubts", flat=True))

    assert doubts == [[]] * 5 + [["burst"]]


def test_rewards_beyond_the_months_number_wait_for_a_person(programme, ann):
    programme.most_a_month = 2
    programme.save()
    for number in range(3):
        friend = make_friend(first_name=f"F{number}", last_name=f"Of {number}")
        come(ann, friend, at=NOW + number * DAY)
        order_of(friend, at=NOW + number * DAY, delivered_at=NOW + number * DAY)

    settle_all(NOW + 30 * DAY)

    assert list(Referral.objects.order_by("pk").values_list("status", flat=True)) == ["rewarded", "rewarded", "review"]
    assert points_of(ann) == 1000


@pytest.mark.parametrize("end", ["cancelled", "returned"])
def test_an_order_that_is_lost_before_the_moment_brings_nothing(ann, end):
    ben = make_friend()
    referral = come(ann, ben)
    order = order_of(ben, delivered_at=NOW + 2 * DAY)

    (orders.cancel if end == "cancelled" else orders.return_goods)(order, at=NOW + 5 * DAY)
    settle_all(NOW + 30 * DAY)

    referral.refresh_from_db()
    assert (referral.status, referral.why, points_of(ann)) == ("void", end, 0)
    assert not Coupon.objects.usable(NOW + 30 * DAY).exists()


def test_a_partly_returned_order_is_looked_at(ann):
    ben = make_friend()
    come(ann, ben)
    order = order_of(ben, delivered_at=NOW + 2 * DAY)
    orders.return_goods(order, at=NOW + 5 * DAY, amount=Decimal(40))

    settle_all(NOW + 30 * DAY)

    referral = Referral.objects.get()
    assert (referral.status, referral.doubts) == ("review", ["returned"])


def test_after_the_reward_what_is_unspent_is_taken_back(ann):
    ben = make_friend()
    referral = come(ann, ben)
    order = order_of(ben, delivered_at=NOW + 2 * DAY)
    settle_all(NOW + 20 * DAY)
    spend_points(ann, 120, at=NOW + 21 * DAY, key="till")

    orders.return_goods(order, at=NOW + 25 * DAY)
    settle_all(NOW + 26 * DAY)
    settle_all(NOW + 27 * DAY)

    referral.refresh_from_db()
    assert (referral.status, referral.why, points_of(ann)) == ("reversed", "returned", 0)
    assert list(PointsEntry.objects.order_by("pk").values_list("points", flat=True)) == [500, -120, -380]


def test_two_who_are_merged_are_one_person_and_give_the_reward_back(ann):
    ben = make_friend()
    referral = come(ann, ben)
    order_of(ben, delivered_at=NOW + DAY)
    settle_all(NOW + 20 * DAY)

    merge(ann, ben, at=NOW + 21 * DAY)
    settle_all(NOW + 22 * DAY)

    referral.refresh_from_db()
    assert (referral.status, referral.why, referral.friend) == ("reversed", "self", None)
    assert points_of(ann) == 0


def test_a_merged_friend_and_a_merged_recommender_keep_their_recommendation(ann):
    ben, twin, other_ann = make_friend(), make_friend(), make_customer()
    referral = come(other_ann, twin)
    code = code_of(other_ann, NOW)
    own = code_of(ann, NOW)

    merge(ben, twin, at=NOW)
    merge(ann, other_ann, at=NOW)

    referral.refresh_from_db()
    assert (referral.recommender, referral.friend) == (ann, ben)
    assert (owner_of(code), owner_of(own), code_of(ann, NOW)) == (ann, ann, own)


def test_of_two_recommendations_of_merged_friends_the_older_counts(ann):
    ben, twin, cleo = make_friend(), make_friend(), make_customer(first_name="Cleo", last_name="White")
    first, second = come(cleo, twin, at=NOW - DAY), come(ann, ben)

    merge(ben, twin, at=NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.friend) == ("joined", ben)
    assert (second.status, second.why) == ("void", "double")


def test_the_code_of_an_erased_person_brings_nobody(ann):
    code = code_of(ann, NOW)
    held = come(ann, make_friend())

    erase(ann, at=NOW)

    held.refresh_from_db()
    assert owner_of(code) is None
    assert (held.status, held.why) == ("void", "erased")
    assert codes_of([ann.pk], NOW) == {} or not ReferralCode.objects.filter(code=code).exists()
    order_of(make_friend(first_name="Cy", last_name="Gray"), coupon_code=code)
    assert Referral.objects.count() == 1


def test_the_document_about_a_person_tells_their_recommendations(ann):
    code = code_of(ann, NOW)
    come(ann)

    told = export_person(ann)

    assert [row["code"] for row in told["referral_codes"]] == [code]
    assert [row["status"] for row in told["referrals"]] == ["joined"]


def test_codes_are_made_once_for_many_in_a_few_queries(programme, django_assert_max_num_queries):
    people = [make_customer().pk for _number in range(20)]
    with django_assert_max_num_queries(40):
        first = codes_of(people, NOW)

    assert codes_of(people, NOW) == first
    assert len(set(first.values())) == 20
    assert all(len(code) == 9 for code in first.values())


def test_a_colleague_notes_who_brought_a_customer_of_one_order(ann):
    ben = make_friend()
    order = order_of(ben)
    agent = User.objects.create_user("agent")

    referral = note_recommender(ben, ann, by=agent, at=NOW + 2 * DAY)

    assert (referral.came_by, referral.noted_by, referral.order, referral.status) == ("staff", agent, order, "held")


def test_historic_orders_start_no_recommendation(ann):
    from crm.events import as_history

    with as_history():
        order_of(make_friend(), coupon_code=code_of(ann, NOW))

    assert not Referral.objects.exists()
    assert Order.objects.count() == 1
    assert Customer.objects.filter(source="referral").count() == 0
