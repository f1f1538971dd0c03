import datetime as dt
import string
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from crm import loyalty
from crm.customers.merge import merge
from crm.intake.files.import_file import import_file
from crm.loyalty import CouponDraft, CouponRefused, CouponSending, PointsGift
from crm.loyalty.coupon_codes import ALPHABET, new_code, normalise
from crm.loyalty.coupon_conditions import ends_at, last_day
from crm.loyalty.coupon_wording import in_short
from crm.models import Category, Coupon, Event, EventInbox, Order, PointsEntry
from crm.orders import orders
from crm.orders.orders import LineData
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from crm.story.story import story
from crm.timezones import day_of
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def gift(customer, points=100, key="gift", **fields):
    return PointsGift(customer.pk, points, key, fields.pop("at", NOW), **fields)


def make_coupon(customer, **fields):
    key = fields.pop("key", f"coupon-{Coupon.objects.count()}")
    draft = {"kind": "percent", "value": Decimal(10), "at": NOW, **fields}
    loyalty.issue_coupons([CouponDraft(customer.pk, key=key, **draft)])
    return Coupon.objects.get(key=key)


def balance(customer, at=NOW):
    return loyalty.balances([customer.pk], at)[customer.pk]


def kinds():
    return sorted(Event.objects.filter(kind__regex="^(points|coupon)").values_list("kind", flat=True))


def test_points_are_given_once_by_key_to_many_in_a_constant_number_of_queries(django_assert_max_num_queries):
    people = [make_customer() for _number in range(40)]
    gifts = [gift(person, key=f"gift:{person.pk}") for person in people]

    with django_assert_max_num_queries(12):
        assert loyalty.give_points(gifts) == 40
    assert loyalty.give_points(gifts) == 0

    assert {balance(person) for person in people} == {100}
    event = Event.objects.filter(kind="points.changed").first()
    assert event.properties == {"kind": "accrual", "points": 100, "balance": 100}
    assert EventInbox.objects.filter(event__kind="points.changed").count() == 40


def test_points_that_expire_first_are_spent_first():
    ann = make_customer()
    loyalty.give_points(
        [
            gift(ann, 50, "lasting"),
            gift(ann, 30, "late", expires_at=NOW + 9 * DAY),
            gift(ann, 20, "soon", expires_at=NOW + DAY),
        ]
    )

    for _turn in range(2):
        loyalty.spend_points(ann, 35, at=NOW, key="order:1")

    assert dict(PointsEntry.objects.filter(points__gt=0).values_list("key", "unspent")) == {
        "lasting": 50,
        "late": 15,
        "soon": 0,
    }
    assert balance(ann) == 65


def test_more_than_the_balance_is_refused_in_words_and_nothing_is_taken():
    ann = make_customer()
    loyalty.give_points([gift(ann, 10), gift(ann, 90, "stale", at=NOW - 2 * DAY, expires_at=NOW)])

    with pytest.raises(ValueError, match="only 10 points on the balance, not 11"):
        loyalty.spend_points(ann, 11, at=NOW, key="order:1")

    assert balance(ann) == 10
    assert not PointsEntry.objects.filter(kind="spending").exists()


def test_database_itself_keeps_a_balance_from_falling_below_nothing():
    loyalty.give_points([gift(make_customer())])

    with pytest.raises(IntegrityError), transaction.atomic():
        PointsEntry.objects.update(unspent=-1)


@pytest.mark.parametrize("points", [0, -5, 10_000_001])
def test_only_a_sensible_number_of_points_is_given(points):
    with pytest.raises(ValueError, match="whole number from 1"):
        loyalty.give_points([gift(make_customer(), points)])


def test_points_expire_once_and_only_what_is_left_of_them():
    ann = make_customer()
    loyalty.give_points([gift(ann, 100, expires_at=NOW + DAY), gift(ann, 40, "lasting")])
    loyalty.spend_points(ann, 30, at=NOW, key="order:1")

    assert loyalty.expire_points(NOW + 2 * DAY) == 1
    assert loyalty.expire_points(NOW + 2 * DAY) == 0

    expiry = PointsEntry.objects.get(kind="expiry")
    assert (expiry.points, expiry.occurred_at) == (-70, NOW + DAY)
    assert balance(ann, NOW + 2 * DAY) == 40


def test_what_expires_soon_is_told_once_and_what_is_used_is_not():
    ann = make_customer()
    loyalty.give_points([gift(ann, 10, "a", expires_at=NOW + 5 * DAY), gift(ann, 5, "b", expires_at=NOW + 5 * DAY)])
    loyalty.give_points([gift(ann, 7, "far", expires_at=NOW + 50 * DAY)])
    make_coupon(ann, term_days=2, is_sent=True)
    used = make_coupon(ann, term_days=2, is_sent=True)
    loyalty.redeem(used.code, order=make_order(customer=ann), at=NOW)

    assert loyalty.record_expiring(NOW) == 2
    assert loyalty.record_expiring(NOW + DAY) == 0

    assert Event.objects.get(kind="points.expiring").properties["points"] == 15
    assert Event.objects.filter(kind="coupon.expiring").count() == 1


def test_codes_are_easy_to_type_and_never_alike():
    codes = {new_code() for _turn in range(500)}

    assert len(codes) == 500
    assert not set("01OIL") & set("".join(codes))
    assert set("".join(codes)) <= set(ALPHABET) | {"-"}
    assert all(normalise(code) == code for code in codes)


@pytest.mark.parametrize("typed", ["abcd-efgh", " ABCDEFGH ", "abcd efgh", "АВСD–ЕFGН"])
def test_code_is_read_however_it_is_typed(typed):
    assert normalise(typed) == "ABCD-EFGH"
    assert not set(string.punctuation) & set(ALPHABET)


def test_coupons_are_issued_once_by_key_in_a_constant_number_of_queries(django_assert_max_num_queries):
    drafts = [CouponDraft(make_customer().pk, "percent", f"k{n}", NOW, value=Decimal(10)) for n in range(40)]

    with django_assert_max_num_queries(12):
        assert loyalty.issue_coupons(drafts) == 40
    assert loyalty.issue_coupons(drafts) == 0

    assert Coupon.objects.values("code").distinct().count() == 40
    assert kinds() == ["coupon.issued"] * 40


def test_code_that_is_taken_is_drawn_again(monkeypatch):
    from crm.loyalty import coupons

    codes = iter(["AAAA-AAAA", "AAAA-AAAA", "BBBB-BBBB"])
    monkeypatch.setattr(coupons, "new_code", lambda: next(codes))
    make_coupon(make_customer(), key="first")

    assert make_coupon(make_customer(), key="second").code == "BBBB-BBBB"


def send(coupon, at, more=1):
    with transaction.atomic():
        loyalty.lock_terms([coupon.pk])
        loyalty.count_sendings([CouponSending(coupon.pk, more, at, ends_at(at, coupon.term_days))])
    coupon.refresh_from_db()
    return coupon


def test_term_counts_from_the_first_sending_to_the_end_of_a_day_of_the_shop():
    coupon = make_coupon(make_customer(), term_days=7)
    assert coupon.expires_at is None

    for day in (1, 3):
        send(coupon, NOW + day * DAY)

    assert (coupon.sent_at, coupon.sendings) == (NOW + DAY, 2)
    assert coupon.expires_at == ends_at(NOW + DAY, 7) == dt.datetime(2026, 3, 19, tzinfo=dt.UTC)


def test_term_is_taken_back_with_the_last_sending_that_was_none():
    coupon = make_coupon(make_customer(), term_days=7)
    for day in (1, 3):
        send(coupon, NOW + day * DAY)

    assert send(coupon, NOW, more=-1).sent_at == NOW + DAY
    assert send(coupon, NOW, more=-1).sent_at is None
    assert coupon.expires_at is None
    assert send(coupon, NOW + 5 * DAY).expires_at == ends_at(NOW + 5 * DAY, 7)


def test_coupon_that_was_never_sent_is_good_without_a_term_and_nobody_is_reminded_of_it():
    ann = make_customer()
    coupon = make_coupon(ann, term_days=7)

    assert loyalty.record_expiring(NOW + 300 * DAY) == 0
    late = NOW + 300 * DAY
    assert loyalty.redeem(coupon.code, order=make_order(customer=ann, placed_at=late), at=late) == coupon


def test_reminder_follows_the_term_that_the_message_began():
    coupon = make_coupon(make_customer(), term_days=7)
    send(coupon, NOW + 5 * DAY)

    assert loyalty.record_expiring(NOW + 8 * DAY) == 0
    assert loyalty.record_expiring(NOW + 11 * DAY) == 1
    assert loyalty.record_expiring(NOW + 12 * DAY) == 0

    told = Event.objects.get(kind="coupon.expiring")
    assert told.properties["expires_at"] == str(ends_at(NOW + 5 * DAY, 7))


def test_the_points_lost_first_are_those_of_the_next_day_on_which_any_are_lost():
    ann, bob = make_customer(), make_customer()
    midnight = dt.datetime(2026, 3, 15, tzinfo=dt.UTC)
    loyalty.give_points(
        [
            gift(ann, 1, "lasting"),
            gift(ann, 2, "noon", expires_at=midnight - DAY / 2),
            gift(ann, 4, "midnight", expires_at=midnight),
            gift(ann, 8, "next day", expires_at=midnight + DAY / 2),
            gift(bob, 16, "far", expires_at=NOW + 15 * DAY),
        ]
    )

    assert loyalty.next_to_expire([ann.pk, bob.pk], NOW) == {ann.pk: (6, midnight)}


def test_order_redeems_its_coupon_once():
    ann = make_customer()
    coupon = make_coupon(ann)

    for _turn in range(2):
        order = orders.place("A-1", customer=ann, placed_at=NOW, total=Decimal(30), coupon_code=coupon.code.lower())

    coupon.refresh_from_db()
    assert (coupon.order, coupon.redeemed_at) == (order, NOW)
    assert kinds() == ["coupon.issued", "coupon.redeemed"]


def test_coupon_for_points_gives_them_when_it_is_redeemed():
    ann = make_customer()
    coupon = make_coupon(ann, kind="points", value=Decimal(200))

    orders.place("A-1", customer=ann, placed_at=NOW, total=Decimal(30), coupon_code=coupon.code)

    assert balance(ann) == 200


def test_order_with_a_refused_coupon_stands_and_the_reason_is_in_the_story():
    ann = make_customer()
    coupon = make_coupon(make_customer())

    order = orders.place("A-1", customer=ann, placed_at=NOW, total=Decimal(30), coupon_code=coupon.code)

    coupon.refresh_from_db()
    assert coupon.redeemed_at is None
    assert order.pk
    assert any("belongs to another customer" in entry.detail for entry in story(ann))


def test_code_of_the_shops_own_is_none_of_our_business():
    orders.place("A-1", customer=make_customer(), placed_at=NOW, total=Decimal(30), coupon_code="WELCOME")

    assert kinds() == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"term_days": 1, "is_sent": True, "at": NOW - 9 * DAY}, "was good until March 2, 2026"),
        ({"minimum": Decimal(31)}, "is for orders from 31.00"),
    ],
)
def test_coupon_that_does_not_fit_is_refused_in_words(fields, told):
    ann = make_customer()
    coupon = make_coupon(ann, **fields)

    with pytest.raises(CouponRefused, match=told):
        loyalty.redeem(coupon.code, order=make_order(customer=ann, total=30), at=NOW)

    assert not Coupon.objects.exclude(redeemed_at=None).exists()


def test_used_and_unknown_coupons_are_refused_in_words():
    ann = make_customer()
    coupon = make_coupon(ann)
    first = make_order(customer=ann)
    loyalty.redeem(coupon.code, order=first, at=NOW)
    assert loyalty.redeem(coupon.code, order=first, at=NOW + DAY).redeemed_at == NOW

    with pytest.raises(CouponRefused, match="was used on March 10, 2026"):
        loyalty.redeem(coupon.code, order=make_order(customer=ann), at=NOW)
    with pytest.raises(CouponRefused, match="There is no coupon NOPE"):
        loyalty.redeem("NOPE", order=make_order(customer=ann), at=NOW)


def test_coupon_for_a_category_covers_what_lies_within_it():
    make_product(sku="K", category="Kitchen / Kettles")
    kitchen = Category.objects.get(name="Kitchen")
    make_product(sku="S")
    ann = make_customer()
    coupon = make_coupon(ann, category_id=kitchen.pk)
    bare = orders.place("A-1", customer=ann, placed_at=NOW, lines=[LineData("S", Decimal(1), Decimal(9))])
    fitting = orders.place("A-2", customer=ann, placed_at=NOW, lines=[LineData("K", Decimal(1), Decimal(9))])

    with pytest.raises(CouponRefused, match="is for Kitchen, which was not bought"):
        loyalty.redeem(coupon.code, order=bare, at=NOW)
    assert loyalty.redeem(coupon.code, order=fitting, at=NOW).order == fitting


def test_merge_joins_points_and_coupons_and_later_gifts_reach_who_was_kept():
    ann, anna = make_customer(), make_customer()
    loyalty.give_points([gift(ann, 10, "a"), gift(anna, 5, "b")])
    make_coupon(anna)

    merge(ann, anna, at=NOW)
    loyalty.give_points([gift(anna, 1, "c")])
    make_coupon(anna, key="late")

    assert balance(ann) == 16
    assert ann.coupons.count() == 2


def test_erased_customer_has_nothing_and_gets_nothing():
    ann = make_customer()
    coupon = make_coupon(ann)
    loyalty.give_points([gift(ann, reason="for Ann")])
    assert export_person(ann)["points"][0]["points"] == 100
    assert export_person(ann)["coupons"][0]["code"] == coupon.code

    erased = erase(ann, at=NOW)["erased"]

    assert (erased["points"], erased["coupons"]) == (1, 1)
    assert loyalty.give_points([gift(ann, key="late")]) == 0
    assert loyalty.issue_coupons([CouponDraft(ann.pk, "percent", "late", NOW, value=Decimal(5))]) == 0
    assert balance(ann) == 0
    assert not Coupon.objects.filter(code=coupon.code).exists()
    assert not Coupon.objects.usable(NOW).exists()


def test_offer_is_told_in_short():
    ann = make_customer()
    kettle = make_product(name="Kettle")

    assert in_short(make_coupon(ann, product_id=kettle.pk, minimum=Decimal(50))) == "10 % off, only Kettle, from 50"
    assert in_short(make_coupon(ann, kind="gift", value=None, gift="a towel")) == "gift: a towel"
    assert in_short(make_coupon(ann, kind="free_delivery", value=None)) == "free delivery"


def test_staff_see_balance_and_coupons_and_find_a_code_as_it_was_read_out(admin_client):
    ann = make_customer(first_name="Ann")
    coupon = make_coupon(ann, term_days=7)
    loyalty.give_points([gift(ann, 120)])

    page = admin_client.get(reverse("admin:crm_customer_change", args=[ann.pk])).content.decode()
    found = admin_client.get(reverse("admin:crm_coupon_changelist"), {"q": coupon.code.lower().replace("-", " ")})

    assert "120 points" in page
    assert coupon.code in page
    assert "good for 7 days once its message is sent" in page
    assert found.context["cl"].result_count == 1
    assert admin_client.get(reverse("admin:crm_pointsentry_changelist")).status_code == 200
    assert admin_client.get(reverse("admin:crm_coupon_add")).status_code == 403


def test_the_page_of_a_customer_tells_which_points_are_lost_first(admin_client):
    ann = make_customer()
    now = timezone.now()
    loyalty.give_points([gift(ann, 1200, "lasting"), gift(ann, 300, "soon", expires_at=now + 3 * DAY)])

    page = admin_client.get(reverse("admin:crm_customer_change", args=[ann.pk])).content.decode()

    assert "1,500 points" in page
    assert f"of them 300 only until {date_format(last_day(now + 3 * DAY))}" in page


@pytest.fixture
def coupons_of_all_states():
    ann, now = make_customer(), timezone.now()
    made = {
        "valid": make_coupon(ann, term_days=7, is_sent=True, at=now),
        "endless": make_coupon(ann),
        "unsent": make_coupon(ann, term_days=7),
        "over": make_coupon(ann, term_days=7, is_sent=True, at=now - 9 * DAY),
        "used": make_coupon(ann, term_days=7, is_sent=True, at=now),
    }
    loyalty.redeem(made["used"].code, order=make_order(customer=ann), at=now)
    return made


@pytest.mark.parametrize(
    ("state", "found", "words"),
    [
        ("valid", {"valid", "endless"}, "valid"),
        ("unsent", {"unsent"}, "not sent yet"),
        ("over", {"over"}, "ended"),
        ("used", {"used"}, "used"),
    ],
)
def test_coupons_are_found_by_what_they_are_worth_now(admin_client, coupons_of_all_states, state, found, words):
    page = admin_client.get(reverse("admin:crm_coupon_changelist"), {"state": state})

    shown = list(page.context["cl"].result_list)
    assert set(shown) == {coupons_of_all_states[name] for name in found}
    assert {str(page.context["cl"].model_admin.shown_standing(coupon)[1]) for coupon in shown} == {words}


def test_a_coupon_says_on_its_page_what_it_is_worth(admin_client, coupons_of_all_states):
    def page(name):
        address = reverse("admin:crm_coupon_change", args=[coupons_of_all_states[name].pk])
        return admin_client.get(address).content.decode()

    today = timezone.now()
    assert f"ended on {date_format(last_day(ends_at(today - 9 * DAY, 7)))}" in page("over")
    assert f"good until {date_format(last_day(ends_at(today, 7)))}" in page("valid")
    assert "good for 7 days once its message is sent" in page("unsent")
    assert f"used on {date_format(day_of(today))}" in page("used")
    assert "good without end" in page("endless")


@pytest.mark.parametrize("model", ["coupon", "pointsentry"])
def test_lists_take_as_many_queries_for_many_rows_as_for_few(admin_client, django_assert_max_num_queries, model):
    for number in range(12):
        ann = make_customer()
        make_coupon(ann, term_days=7, product_id=make_product().pk)
        loyalty.give_points([gift(ann, key=f"g{number}", order_id=make_order(customer=ann).pk)])

    with django_assert_max_num_queries(12):
        assert admin_client.get(reverse(f"admin:crm_{model}_changelist")).context["cl"].result_count == 12


def test_imported_orders_redeem_the_coupons_of_their_customers(tmp_path):
    ann, bob = make_customer(external_id="1"), make_customer(external_id="2")
    mine, foreign = make_coupon(ann), make_coupon(bob)
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_number,customer_id,placed_at,total,coupon\n"
        f"A-1,1,2026-01-05,30,{mine.code.lower()}\nA-2,1,2026-01-06,30,{foreign.code}\nA-3,1,2026-01-07,30,WELCOME\n"
    )

    for _turn in range(2):
        assert import_file("orders", path, now=NOW).is_applied

    mine.refresh_from_db()
    foreign.refresh_from_db()
    assert (mine.order.number, foreign.redeemed_at) == ("A-1", None)
    assert Event.objects.get(kind="coupon.redeemed").is_historic
    assert Order.objects.get(number="A-3").coupon_code == "WELCOME"
