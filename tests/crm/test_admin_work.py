import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm.models import Case, Event, MergeProposal, Order, Shop
from tests.conftest import NOW, make_case, make_customer, make_order, make_product, settings_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client, shop):
    user = User.objects.create_user("ada", password="secret", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


def do(client, subject, verb, **posted):
    name = f"admin:crm_{subject._meta.model_name}_do"
    return client.post(reverse(name, args=[subject.pk, verb]), posted, follow=True)


def test_a_complaint_goes_from_opened_to_content(client, agent):
    case = make_case()

    do(client, case, "acknowledge")
    bonus = {"bonus_kind": "points", "bonus_value": "200", "bonus_reason": "Late", "bonus_key": "1"}
    do(client, case, "answer", solution="A new lid", alternative="Money back", **bonus)
    do(client, case, "resolve")
    response = do(client, case, "confirm")

    case.refresh_from_db()
    assert case.stage == Case.Stage.CONFIRMED
    assert (case.solution, case.alternative, case.goodwill) == ("A new lid", "Money back", "200 points")
    assert "The loop is closed." in response.text


def test_an_empty_solution_is_refused_in_words(client, agent):
    case = make_case()

    response = do(client, case, "answer", solution="  ")

    assert "Say which solution was offered." in response.text
    assert Case.objects.get().answered_at is None


def test_too_long_a_bonus_is_refused_in_words(client, agent):
    case = make_case()

    response = do(client, case, "answer", solution="A new lid", bonus_kind="gift", bonus_gift="x" * 201)

    assert "Ensure this value has at most 200 characters" in response.text
    case.refresh_from_db()
    assert (case.answered_at, case.solution) == (None, "")


def test_overdue_cases_stand_out_and_can_be_filtered(client, agent):
    make_case(subject="Late", promised_at=NOW)
    make_case(subject="In time", promised_at=timezone.now() + dt.timedelta(days=1))

    everything = client.get(reverse("admin:crm_case_changelist")).text
    late = client.get(reverse("admin:crm_case_changelist"), {"state": "overdue"}).text

    assert "overdue" in everything
    assert "In time" in everything
    assert "Late" in late
    assert "In time" not in late


@pytest.mark.parametrize("state", ["open", "overdue", "mine", "closed", "nonsense"])
def test_every_state_of_cases_can_be_listed(client, agent, state):
    make_case(owner=agent)

    assert client.get(reverse("admin:crm_case_changelist"), {"state": state}).status_code == 200


def test_buttons_move_an_order_on(client, agent):
    order = make_order(total=100)

    do(client, order, "pay")
    do(client, order, "ship", tracking_number="TR 1")
    do(client, order, "deliver")
    give_back(client, order, "30.50")

    order = Order.objects.get()
    assert order.paid_at
    assert order.delivered_at
    assert order.tracking_number == "TR 1"
    assert str(order.refunded) == "30.50"


def give_back(client, order, amount, token="a" * 32):
    """Both presses of the page for returns."""
    address = reverse("admin:crm_order_return", args=[order.pk])
    shown = client.post(address, {"token": token, "amount": amount})
    return client.post(address, {"token": token, "amount": amount, "shown": shown.context["summary"]}, follow=True)


def test_a_second_click_books_a_return_only_once(client, agent):
    order = make_order(total=100, delivered_at=NOW)

    for _click in range(2):
        give_back(client, order, "30")
    give_back(client, order, "20", token="b" * 32)

    assert Order.objects.get().refunded == 50
    assert Event.objects.filter(kind="order.returned").count() == 2


def test_a_product_is_registered_once(client, agent):
    order = make_order(product=make_product(name="Kettle"), delivered_at=NOW)

    for _click in range(2):
        answer = do(client, order, "register", line=order.lines.get().pk, serial="K-7")
    assert "The product is registered." in answer.text
    assert "Choose which product" in do(client, order, "register", line="x").text

    told = Event.objects.get(kind="product.registered")
    assert (told.order, told.properties["serial"]) == (order, "K-7")


def test_no_character_a_browser_can_send_breaks_a_button(client, agent):
    order = make_order(total=100)

    assert do(client, order, "ship", tracking_number="TR\x001").status_code == 200
    assert Order.objects.get().tracking_number == "TR1"


@pytest.mark.parametrize("amount", ["all", "-5", "0", "NaN", "1e400", "100.01"])
def test_a_return_of_no_amount_is_refused_in_words(client, agent, amount):
    order = make_order(total=100, delivered_at=NOW)

    address = reverse("admin:crm_order_return", args=[order.pk])
    response = client.post(address, {"token": "a" * 32, "amount": amount, "shown": "x"})

    assert Order.objects.get().refunded == 0
    assert (response.status_code, bool(response.context["form"].errors)) == (400, True)
    assert client.post(reverse("admin:crm_order_do", args=[order.pk, "return"])).status_code == 404


def test_an_order_can_be_cancelled(client, agent):
    order = make_order()

    do(client, order, "cancel")

    assert Order.objects.get().cancelled_at


def test_a_verb_needs_a_post(client, agent):
    order = make_order()

    response = client.get(reverse("admin:crm_order_do", args=[order.pk, "cancel"]))

    assert response.status_code == 405
    assert Order.objects.get().cancelled_at is None


def test_an_unknown_verb_is_no_page(client, agent):
    order = make_order()

    assert client.post(reverse("admin:crm_order_do", args=[order.pk, "eat"])).status_code == 404


@pytest.mark.parametrize("status", Order.Status.values)
def test_orders_are_listed_by_their_latest_moment(client, agent, status):
    day = dt.timedelta(days=1)
    make_order(number="PLACED")
    make_order(number="PAID", paid_at=NOW)
    make_order(number="SHIPPED", shipped_at=NOW)
    make_order(number="DELIVERED", delivered_at=NOW)
    make_order(number="CANCELLED", cancelled_at=NOW)
    returned = make_order(number="RETURNED", delivered_at=NOW)
    from crm.orders import orders

    orders.return_goods(returned, at=NOW + day)
    in_part = make_order(number="PARTLY_RETURNED", delivered_at=NOW)
    orders.return_goods(in_part, at=NOW + day, amount=Decimal(1))

    found = client.get(reverse("admin:crm_order_changelist"), {"status": status}).context["cl"].queryset

    assert [order.number for order in found] == [status.upper()]


def test_staff_decide_whether_two_are_one(client, agent):
    keeper, duplicate = make_customer(), make_customer()
    one = MergeProposal.objects.create(keeper=keeper, duplicate=duplicate, reason="same phone")
    two = MergeProposal.objects.create(keeper=keeper, duplicate=make_customer(), reason="same name")

    do(client, one, "merge")
    do(client, two, "reject")

    duplicate.refresh_from_db()
    assert duplicate.merged_into == keeper
    assert MergeProposal.objects.get(pk=two.pk).status == "rejected"


@pytest.mark.parametrize(
    "name", ["customer", "case", "order", "product", "category", "consentrecord", "feedback", "mergeproposal"]
)
def test_support_may_open_its_lists(client, agent, name):
    make_case(order=make_order())

    assert client.get(reverse(f"admin:crm_{name}_changelist")).status_code == 200


def test_the_shop_is_one_page(client, shop):
    boss = User.objects.create_user("boss", is_staff=True)
    boss.groups.add(Group.objects.get(name="Managers"))
    client.force_login(boss)

    page = client.get(reverse("admin:crm_shop_changelist"), follow=True)
    answer = client.post(
        page.redirect_chain[-1][0],
        settings_form(page, weekly_cap=2, quiet_weekdays=[6], channel_order_2="sms", channel_order_3="push"),
    )
    assert answer.status_code == 302, answer.context["errors"]

    shop = Shop.load()
    assert shop.weekly_cap == 2
    assert shop.quiet_weekdays == [6]
    assert shop.channel_order == ["email", "telegram", "sms", "push"]
