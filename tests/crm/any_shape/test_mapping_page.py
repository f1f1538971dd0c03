import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from crm.intake import deliveries
from crm.intake.any_shape.body import parse_text
from crm.intake.arrival import Arrival
from crm.intake.doors import read
from crm.models import ConsentRecord, Customer, Delivery, Event, ExchangeRate, Order, Source
from tests.crm.any_shape.bodies import INSALES, TILDA_CART, TILDA_FORM, form

pytestmark = pytest.mark.django_db

TILDA = parse_text(form(TILDA_CART))


@pytest.fixture
def source(shop):
    ExchangeRate.objects.create(currency="RUB", day=dt.date(2000, 1, 1), rate=Decimal("0.01"))
    shop.phone_country = "RU"
    shop.save()
    return Source.objects.create(kind="form", name="Tilda", secret="s3cret-of-a-test")


@pytest.fixture
def enter(client):
    def sign_in(role="Managers"):
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def ask(enter, source):
    """The page as a browser would send it back, with these changes; without any, as it is opened."""
    client = enter()
    address = f"/admin/crm/source/{source.pk}/mapping/"

    def send(do="", **changes):
        page = client.get(address)
        if not do:
            return page
        headers = changes.pop("headers", {})
        told = {bound.html_name: bound.value() or "" for bound in page.context["form"]}
        return client.post(address, told | {"do": do} | changes, headers=headers, follow=True)

    return send


def arrive(source, *bodies):
    for body in bodies:
        key = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        deliveries.keep(source, Arrival(key, "form", body), timezone.now())


def apply():
    return dict(deliveries.apply_due(timezone.now(), read))


def test_what_comes_before_anybody_said_what_it_means_waits_for_staff_and_not_for_a_clock(source):
    arrive(source, TILDA)

    assert apply() == {"held": 1}
    month_later = timezone.now() + dt.timedelta(days=40)
    assert dict(deliveries.apply_due(month_later, read)) == {}
    held = Delivery.objects.get()
    assert (held.status, held.reason) == ("held", "Nobody has said yet what its fields mean.")
    assert deliveries.forget_payloads(month_later) == 0


def test_the_page_guesses_shows_and_switches_on_and_what_waited_is_applied(ask, source):
    arrive(source, TILDA, TILDA | {"payment": TILDA["payment"] | {"orderid": "1784564", "amount": "3000"}})
    apply()

    page = ask("preview")
    assert page.context["trial"].outcome == "taken"
    assert "1784564" in page.text
    assert "3000.00" in page.text
    assert (Order.objects.count(), Customer.objects.count(), Event.objects.count()) == (0, 0, 0)

    page = ask("save")
    assert "Messages that waited and are applied now: 2" in page.text
    assert apply() == {"applied": 2}
    assert sorted(Order.objects.values_list("number", "total")) == [
        ("1784563", Decimal(3480)), ("1784564", Decimal(3000)),
    ]  # fmt: skip
    customer = Customer.objects.get()
    assert (customer.first_name, customer.last_name) == ("Анна", "Петрова")
    arrive(source, TILDA | {"payment": TILDA["payment"] | {"orderid": "1784565"}})
    assert apply() == {"applied": 1}


def test_a_later_message_about_an_order_says_what_became_of_it(ask, source):
    arrive(source, INSALES | {"financial_status": "pending"})
    ask("save")
    arrive(source, INSALES | {"total_price": 5000.0})

    assert apply() == {"applied": 2}
    order = Order.objects.get()
    assert (order.number, order.total) == ("1042", Decimal(5000))
    assert order.paid_at == Delivery.objects.latest("pk").received_at
    assert sorted(Event.objects.values_list("kind", flat=True)) == ["order.corrected", "order.paid", "order.placed"]


def test_what_waits_for_a_fact_is_tried_at_once_when_the_fields_are_said_anew(ask, source):
    arrive(source, INSALES)
    ask("save", sample="")
    arrive(source, INSALES | {"number": 1043, "client": {"e-mail": "eve@example.com"}})
    assert apply() == {"applied": 1, "waiting": 1}
    assert Delivery.objects.latest("pk").reason == "Who placed order 1043 is not known yet."

    first = Delivery.objects.earliest("pk")
    ask("save", sample=str(first.pk), email="?", email_text='client.email || client."e-mail"')

    assert apply() == {"applied": 1}


def test_switched_off_it_keeps_what_comes(ask, source):
    arrive(source, TILDA)
    ask("save")
    apply()

    page = ask("off")
    arrive(source, TILDA_FORM)

    assert "It is switched off" in page.text
    assert apply() == {"held": 1}
    assert ask().context["form"].initial["number"] == "payment.orderid"


def test_a_mapping_that_lacks_something_is_not_saved_and_says_what(ask, source):
    arrive(source, TILDA)

    page = ask("save", email="", phone="")

    assert page.status_code == 400
    assert "Nobody can be recognised" in page.text
    source.refresh_from_db()
    assert source.mapping == {}


def test_a_mapping_that_cannot_take_the_message_is_not_saved(ask, source):
    arrive(source, TILDA)

    page = ask("save", total="Name")

    assert "total: is not a number" in page.text
    assert "Nothing was saved." in page.text
    source.refresh_from_db()
    assert source.mapping == {}


@pytest.mark.parametrize(
    ("typed", "why"),
    [("payment[", "is no path"), ("", "Type it."), ("[a, b]", "only picks"), ("x" * 301, "at most 300")],
)
def test_a_typed_path_is_checked_in_words(ask, source, typed, why):
    arrive(source, TILDA)

    page = ask("preview", number="?", number_text=typed)

    assert page.status_code == 400
    assert why in page.text


def test_a_path_is_typed_and_what_is_always_the_same_too(ask, source):
    arrive(source, TILDA)

    ask("save", number="?", number_text="tranid || payment.orderid", currency="=", currency_text="RUB")
    apply()

    order = Order.objects.get()
    assert (order.number, order.currency) == ("70433:1784563", "RUB")
    again = ask().context["form"]
    assert (again.initial["number"], again.initial["currency"], again.initial["currency_text"]) == (
        "tranid || payment.orderid", "=", "RUB",
    )  # fmt: skip


def test_fields_of_what_it_is_not_about_are_not_looked_at(ask, source):
    arrive(source, TILDA)

    page = ask("save", about="customer", total="?", total_text="", line_sku="?", line_sku_text="a[")

    assert "It is switched on." in page.text
    source.refresh_from_db()
    assert source.mapping["fields"].keys() == {"email", "phone", "name"}


def test_consent_is_recorded_only_with_the_words_of_the_form(ask, source):
    arrive(source, TILDA)
    refused = ask("save", consent="subscribe")
    assert "Type the words that stand beside the checkbox" in refused.text

    ask("save", consent="subscribe", consent_wording="Хочу получать письма", consent_channels="email")
    apply()

    line = ConsentRecord.objects.get()
    assert (line.channel, line.purpose, line.action, line.wording) == (
        "email", "marketing", "granted", "Хочу получать письма",
    )  # fmt: skip
    assert line.occurred_at == Delivery.objects.get().received_at


def test_it_is_tried_on_all_that_came(ask, source):
    broken = TILDA | {"payment": TILDA["payment"] | {"amount": "?"}}
    arrive(source, broken, TILDA_FORM | {"Email": "b@example.com"}, TILDA)

    page = ask("all")

    assert page.context["tried"]["words"] == "1 of 3 messages that are still kept would be taken."
    reasons = [trial.reason for _delivery, trial in page.context["tried"]["others"]]
    assert (reasons[0], "needs a total or lines" in reasons[1]) == ("total: is not a number", True)
    assert reasons[0] in page.text
    assert Order.objects.count() == 0


def test_another_message_is_looked_at_and_what_it_lacks_stays_chosen(ask, source):
    arrive(source, TILDA, TILDA_FORM)
    cart, callback = Delivery.objects.order_by("pk")

    page = ask("look", sample=str(cart.pk), number="payment.orderid")
    assert [leaf.words for leaf in page.context["leaves"]][:2] == ["Name", "Email"]
    page = ask("look", sample=str(callback.pk), number="payment.orderid")
    assert "payment.orderid (not in this message)" in page.text


def test_a_message_is_pasted_where_none_has_come(ask, source):
    assert "Nothing has come yet" in ask().text

    page = ask("guess", pasted=json.dumps(INSALES))

    assert page.context["form"].initial["number"] == "number"
    page = ask("look", pasted="{nonsense")
    assert "neither JSON nor a form" in page.text


def test_the_script_is_answered_with_the_result_alone(ask, source):
    arrive(source, TILDA)

    page = ask("preview", headers={"X-Encore-Preview": "1"})

    assert "This message would make" in page.text
    assert "<form" not in page.text
    page = ask("preview", email="", phone="", headers={"X-Encore-Preview": "1"})
    assert (page.status_code, "Nobody can be recognised" in page.text) == (200, True)


def test_what_stands_in_a_message_is_shown_as_text(ask, source):
    arrive(source, {"<script>x": "<img src=x>", "email": "a@example.com", "total": "5"})

    page = ask("preview", number="?", number_text='"<script>x"')

    assert "<script>x" not in page.text
    assert "<img src=x>" not in page.text


def test_failed_ones_are_tried_again_when_asked_to(ask, source):
    arrive(source, TILDA)
    ask("save", total="payment.orderid", lines="")
    arrive(source, TILDA | {"payment": TILDA["payment"] | {"orderid": "A?", "amount": "10"}})
    assert apply() == {"applied": 1, "failed": 1}

    page = ask("save", total="payment.amount")
    assert "applied now: 0" in page.text
    page = ask("save", total="payment.amount", with_failed="on")
    assert "applied now: 1" in page.text
    assert apply() == {"applied": 1}


@pytest.mark.parametrize("role", ["Support", "Marketing"])
def test_only_who_may_change_sources_maps_them(enter, source, role):
    client = enter(role)

    assert client.get(f"/admin/crm/source/{source.pk}/mapping/").status_code == 403
    assert client.post(f"/admin/crm/source/{source.pk}/mapping/", {"do": "off"}).status_code == 403


def test_only_a_source_of_any_shape_has_this_page(enter):
    source = Source.objects.create(kind="webhook", name="Till")

    assert enter().get(f"/admin/crm/source/{source.pk}/mapping/").status_code == 404


def test_the_page_of_the_source_leads_to_it_and_says_how_many_wait(ask, source, client):
    arrive(source, TILDA)
    apply()

    page = client.get(f"/admin/crm/source/{source.pk}/change/")

    assert f"/admin/crm/source/{source.pk}/mapping/" in page.text
    assert "messages that wait for it: 1" in page.text
    assert "Send a test order" not in page.text


def test_a_page_takes_the_same_number_of_queries_however_much_came(ask, source, django_assert_max_num_queries):
    arrive(source, *(TILDA | {"tranid": str(number)} for number in range(30)))

    with django_assert_max_num_queries(40):
        ask()


def test_a_page_that_offers_some_of_the_messages_says_of_how_many(ask, source, monkeypatch):
    monkeypatch.setattr("crm.admin.any_shape_page.SAMPLES_OFFERED", 1)
    arrive(source, TILDA, TILDA | {"payment": TILDA["payment"] | {"orderid": "1784564"}})

    text = ask("preview").text

    assert "The newest 1 of 2." in text
    assert f"?source__id__exact={source.pk}" in text


def test_an_order_of_many_lines_is_tried_with_some_of_them_and_says_of_how_many(ask, source, monkeypatch):
    monkeypatch.setattr("crm.intake.any_shape.trial.MOST_LINES_SHOWN", 1)
    [line] = TILDA["payment"]["products"][:1]
    arrive(
        source, TILDA | {"payment": TILDA["payment"] | {"products": [line, line | {"sku": "other", "name": "Other"}]}}
    )

    assert "1 of 2 are shown" in ask("preview").text
