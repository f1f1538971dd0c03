"""Pages of staff about points, coupons and tiers."""

import csv
import io
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm.loyalty import PointsGift, give_points
from crm.loyalty.ledger import balances
from crm.models import Coupon, CouponBatch, CustomerTier, EarningRule, LoyaltySettings, PointsEntry, Shop, Tier
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def staff(role):
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def support(client):
    client.force_login(staff("Support"))
    return client


@pytest.fixture
def manager(client):
    client.force_login(staff("Managers"))
    return client


@pytest.fixture
def ann():
    return make_customer(first_name="Ann", last_name="Brown")


def balance(customer):
    return balances([customer.pk], timezone.now())[customer.pk]


def act(client, customer, name, **fields):
    token = fields.pop("token", uuid.uuid4().hex)
    data = {f"{name}-{field}": value for field, value in {"token": token, **fields}.items()}
    return client.post(reverse("admin:crm_customer_loyalty_act", args=[customer.pk, name]), data)


def words(answer):
    return answer.content.decode()


def test_agent_gives_points_once_with_a_reason_and_undoes_it(support, ann):
    token = uuid.uuid4().hex
    for _press in range(2):
        answer = act(support, ann, "points", way="give", points=50, reason="late parcel", token=token)
        assert answer.status_code == 302
    given = balance(ann)
    entry = PointsEntry.objects.get()

    for _press in range(2):
        support.post(reverse("admin:crm_customer_undo_points", args=[ann.pk, entry.pk]))

    assert (given, balance(ann)) == (50, 0)
    assert (entry.reason, entry.by.username) == ("late parcel", "support")
    assert PointsEntry.objects.count() == 2


def test_agent_has_limits_that_a_manager_has_not(support, ann, client):
    Shop.objects.update_or_create(pk=1, defaults={"goodwill_points": 100, "goodwill_percent": 10})

    too_many = act(support, ann, "points", way="give", points=101, reason="sorry")
    too_much = act(support, ann, "coupon", kind="percent", value="11")
    client.force_login(staff("Managers"))
    allowed = act(client, ann, "points", way="give", points=101, reason="sorry")

    assert "up to 100 points at once" in words(too_many)
    assert "You may give up to 10 %" in words(too_much)
    assert allowed.status_code == 302
    assert balance(ann) == 101


def test_taking_more_than_there_is_is_refused_at_the_form(support, ann):
    answer = act(support, ann, "points", way="take", points=5, reason="by mistake")

    assert answer.status_code == 400
    assert "only 0 points on the balance" in words(answer)
    assert 'value="by mistake"' in words(answer)


def test_agent_spends_points_for_an_order_by_phone_and_undoes_it(support, ann):
    LoyaltySettings(pk=1, point_value="0.10", most_percent=50).save()
    give_points([PointsGift(ann.pk, 1000, "gift", timezone.now())])
    order = make_order(customer=ann, price=100, number="A-1")

    too_many = act(support, ann, "spend", order=order.pk, points=501)
    spent = support.get(act(support, ann, "spend", order=order.pk, points=500).url)
    after = balance(ann)
    entry = PointsEntry.objects.get(kind="spending")
    support.post(reverse("admin:crm_customer_undo_points", args=[ann.pk, entry.pk]))

    assert "at most 50" in words(too_many)
    assert "Ask for 50.00" in words(spent)
    assert (after, balance(ann)) == (500, 1000)


def test_agent_gives_a_coupon_and_reads_its_code_out(support, ann):
    page = support.get(act(support, ann, "coupon", kind="percent", value="10", days="7").url)

    coupon = Coupon.objects.get()
    assert coupon.code in words(page)
    assert (coupon.customer, coupon.by.username, coupon.value) == (ann, "support", 10)
    assert coupon.expires_at is not None


def test_manager_keeps_a_customer_in_a_tier_and_support_may_not(support, ann, client):
    gold = Tier.objects.create(name="Gold", threshold=100)

    refused = act(support, ann, "tier", tier=gold.pk)
    client.force_login(staff("Managers"))
    act(client, ann, "tier", tier=gold.pk)

    assert refused.status_code == 403
    assert CustomerTier.objects.get().is_kept
    act(client, ann, "tier", tier="")
    assert not CustomerTier.objects.get().is_kept


def test_customer_page_shows_points_and_leads_to_more(support, ann):
    give_points([PointsGift(ann.pk, 1000, "gift", timezone.now())])

    page = words(support.get(reverse("admin:crm_customer_change", args=[ann.pk])))

    assert "1,000 points" in page
    assert reverse("admin:crm_customer_loyalty", args=[ann.pk]) in page


def test_points_page_tells_managers_what_the_shop_owes(manager, ann):
    LoyaltySettings(pk=1, point_value="0.10").save()
    give_points([PointsGift(ann.pk, 1000, "gift", timezone.now())])

    page = words(manager.get(reverse("admin:crm_pointsentry_changelist")))

    assert "What the shop owes in points" in page
    assert "100.00" in page


def test_counter_reads_a_code_and_uses_it_once_for_an_order(support, ann):
    CouponBatch.objects.create(name="Summer", code="SUMMER", kind="percent", value=10, most=5)
    order = make_order(customer=ann, number="A-1")
    desk = reverse("admin:crm_coupon_desk")

    looked = words(support.get(desk, {"code": "summer"}))
    with_order = words(support.get(desk, {"code": "summer", "order": "A-1"}))
    nothing_yet = Coupon.objects.count()
    support.post(desk, {"code": "summer", "order": "A-1"})
    again = words(support.get(desk, {"code": "summer", "order": "A-1"}))

    assert "10 % off" in looked
    assert "Use it for this order" in with_order
    assert nothing_yet == 0
    assert Coupon.objects.get().order == order
    assert "This order has used it." in again
    assert "There is no coupon none" in words(support.get(desk, {"code": "none"}))
    assert "There is no order of this number." in words(support.get(desk, {"code": "summer", "order": "9"}))


def batch_form(**fields):
    return {
        "name": "Leaflets", "most": "25", "code": "", "kind": "percent", "value": "10", "gift": "", "minimum": "0",
        "starts_on": "", "ends_on": "2030-12-31", **fields,
    }  # fmt: skip


def test_batch_is_made_printed_and_belongs_to_whoever_brings_it(manager, ann):
    answer = manager.post(reverse("admin:crm_couponbatch_add"), batch_form())
    batch = CouponBatch.objects.get()
    printed = words(manager.get(reverse("admin:crm_couponbatch_print", args=[batch.pk])))
    rows = list(csv.reader(io.StringIO(words(manager.get(reverse("admin:crm_couponbatch_codes", args=[batch.pk]))))))
    code = batch.coupons.first().code
    make_order(customer=ann, number="A-1", coupon_code=code)

    assert answer.status_code == 302
    assert batch.coupons.count() == 25
    assert printed.count('class="coupon-code"') == 25
    assert len(rows) == 26
    used = Coupon.objects.get(code=code)
    assert (used.customer, used.order.number) == (ann, "A-1")
    page = words(manager.get(reverse("admin:crm_couponbatch_change", args=[batch.pk])))
    assert "Orders that used it came to" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"value": "101"}, "at most 100 %"),
        ({"value": ""}, "Say how much it gives."),
        ({"kind": "gift"}, "Say what the gift is."),
        ({"most": "10001"}, "At most 10000 coupons a batch."),
        ({"code": "AB"}, "At least four letters or digits."),
        ({"starts_on": "2031-01-01"}, "It would end before it begins."),
    ],
)
def test_batch_that_cannot_be_is_refused_at_its_field(manager, fields, said):
    assert said in words(manager.post(reverse("admin:crm_couponbatch_add"), batch_form(**fields)))
    assert not CouponBatch.objects.exists()


def test_ended_batch_is_good_for_nothing(manager, ann):
    batch = CouponBatch.objects.create(name="Summer", code="SUMMER", kind="percent", value=10, most=5)

    manager.post(reverse("admin:crm_couponbatch_do", args=[batch.pk, "end"]))
    order = make_order(customer=ann, coupon_code="SUMMER")

    assert not Coupon.objects.filter(order=order).exists()


def test_rule_of_earning_shows_what_orders_would_earn_before_it_is_saved(manager):
    tea = make_product(category="Tea")
    make_order(product=tea, price=80, number="A-7")
    rule = {"name": "Points", "is_on": "on", "occasion": "order", "way": "per_amount", "points": "1", "per": "10"}
    rule |= {"times": "2", "audience": ""}
    address = reverse("admin:crm_earningrule_preview")

    everything = words(manager.post(address, {**rule, "amount": "250"}))
    only_tea = words(manager.post(address, {**rule, "category": tea.category_id}))

    assert "1 point for each 10" in everything
    assert "25 points" in everything
    assert "A-7" in everything
    assert "only Tea" in only_tea
    assert not EarningRule.objects.exists()
    manager.post(reverse("admin:crm_earningrule_add"), rule)
    assert EarningRule.objects.get().per == Decimal(10)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"occasion": "birthday"}, "give a fixed number of points"),
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-01"}, "It would end before it begins."),
    ],
)
def test_rule_that_cannot_be_is_refused_at_its_field(manager, fields, said):
    rule = {"name": "Points", "occasion": "order", "way": "per_amount", "points": "1", "per": "10", "times": "2"}

    assert said in words(manager.post(reverse("admin:crm_earningrule_add"), {**rule, "audience": "", **fields}))
    assert not EarningRule.objects.exists()


def test_choosing_that_points_expire_begins_their_period(manager):
    manager.get(reverse("admin:crm_loyaltysettings_changelist"))
    page = reverse("admin:crm_loyaltysettings_change", args=[1])
    fields = {
        "return_days": 14, "margin_days": 3, "point_value": "", "most_percent": 50, "expiry": "age",
        "expiry_months": 12, "tier_basis": "money", "tier_notice_days": 30,
    }  # fmt: skip

    manager.post(page, fields)

    assert LoyaltySettings.load().expiry_since is not None


def test_coupons_are_taken_out_as_a_file_with_who_used_them(manager, ann):
    CouponBatch.objects.create(name="Summer", code="SUMMER", kind="percent", value=10, most=5)
    make_order(customer=ann, coupon_code="SUMMER", number="A-1")

    answer = manager.post(
        reverse("admin:crm_coupon_export"),
        {"format": "0", "resource": "0"}
        | {f"CouponResource_{name}": "on" for name in ("code", "batch", "customer", "order_number")},
    )

    row = next(csv.DictReader(io.StringIO(answer.content.decode())))
    assert (row["code"], row["batch"], row["customer"], row["order_number"]) == ("SUMMER", "Summer", "Ann Brown", "A-1")
