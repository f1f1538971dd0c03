"""One message to a segment: seen before it is sent, sent once, guarded like everything else."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from chains.engine.run import tick
from chains.messages.written import WrittenText, plain_blocks, save_text
from chains.models import Chain, ExperimentVariant, MessageTemplate, Touch
from chains.stats.steps import Sending
from crm.models import Coupon, Customer
from segments.refresh import refresh
from tests.chains.factories import make_template
from tests.conftest import NOW, make_customer, make_order
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:chains_one_off")


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOW + dt.timedelta(minutes=20), tick=False):
        yield


@pytest.fixture
def buyers():
    """A segment of two, one of whom said no to marketing; a third customer is not in it."""
    make_order(customer=make_customer(first_name="Ann", email="ann@example.com"))
    make_order(customer=make_customer(first_name="Bob", email="bob@example.com", consent=False))
    make_customer(first_name="Zoe", email="zoe@example.com")
    return make_segment(condition("orders_count", "at_least", 1), name="Buyers")


def form(to, **fields):
    words = {"subject": "A word to {{ customer.first_name }}", "body": "We are closed on Friday.", "preheader": ""}
    given = {
        "segment": to.pk,
        "name": "Closed on Friday",
        "template": "",
        "purpose": "marketing",
        "topic": "",
        "on": "",
        "hour": "10",
        "clock": "customer",
        **{f"en-{name}": words.get(name, "") for name in ("subject", "preheader", "body", "cta_label", "cta_url")},
        **{f"ru-{name}": "" for name in ("subject", "preheader", "body", "cta_label", "cta_url")},
    }
    return {**given, **fields}


def test_the_page_opens_with_the_segment_it_was_asked_from_and_a_name_nothing_has(buyers, admin_client):
    Chain.objects.create(name="To “Buyers”, 03/10/2026")

    page = admin_client.get(PAGE, {"segment": buyers.pk})

    assert page.context["form"].initial == {"segment": buyers, "name": "To “Buyers”, 03/10/2026 2"}


def test_looking_shows_the_letter_and_the_counts_and_sends_nothing(buyers, admin_client):
    page = admin_client.post(PAGE, form(buyers, look="1"))

    assert page.context["total"] == 2
    assert page.context["reached"] == [("Email", 1)]
    assert page.context["sheets"][0].letter.subject == "A word to Ann"
    assert "Send to 2 customers" in page.content.decode()
    assert not Chain.objects.filter(name="Closed on Friday").exists()
    assert not MessageTemplate.objects.filter(name="Closed on Friday").exists()


def test_it_goes_at_once_to_those_who_may_be_written_to_and_says_why_not_to_others(buyers, admin_client, mailoutbox):
    response = admin_client.post(PAGE, form(buyers, send="1"))
    chain = Chain.objects.get(name="Closed on Friday")
    tick(NOW + dt.timedelta(minutes=21))
    tick(NOW + dt.timedelta(minutes=22))

    assert response.url == reverse("admin:chains_chain_change", args=[chain.pk])
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [(["ann@example.com"], "A word to Ann")]
    told = Touch.objects.filter(chain=chain).values_list("customer__first_name", "status", "reason")
    assert set(told) == {("Ann", "sent", ""), ("Bob", "skipped", "no_consent")}


def test_its_page_says_how_far_it_has_got_and_stops_it(buyers, admin_client, mailoutbox):
    admin_client.post(PAGE, form(buyers, send="1", on="2026-03-11", hour="15"))
    chain = Chain.objects.get(name="Closed on Friday")
    page = reverse("admin:chains_chain_change", args=[chain.pk])
    tick(dt.datetime(2026, 3, 11, 14, 59, tzinfo=dt.UTC))
    Customer.objects.filter(first_name="Ann").update(time_zone="America/New_York")
    tick(dt.datetime(2026, 3, 11, 15, 1, tzinfo=dt.UTC))
    before = admin_client.get(page)

    admin_client.post(reverse("admin:chains_chain_do", args=[chain.pk, "archive"]))
    tick(dt.datetime(2026, 3, 11, 20, 1, tzinfo=dt.UTC))

    assert before.context["sending"] == Sending(sent=0, waiting=0, not_sent=[("no_consent", 1)])
    assert "Yes, stop it" in before.text
    assert "It was stopped" in admin_client.get(page).text
    assert mailoutbox == []


def test_a_second_click_sends_nothing_more(buyers, admin_client, mailoutbox):
    admin_client.post(PAGE, form(buyers, send="1"))

    page = admin_client.post(PAGE, form(buyers, send="1"))
    tick(NOW + dt.timedelta(minutes=21))

    assert "If you have just sent this message, it is on its way." in page.content.decode()
    assert Chain.objects.filter(audience_rule__isnull=False, name__startswith="Closed").count() == 1
    assert len(mailoutbox) == 1


def test_it_waits_for_the_hour_of_each_customers_day(buyers, admin_client, mailoutbox):
    admin_client.post(PAGE, form(buyers, send="1", on="2026-03-11", hour="15"))

    tick(dt.datetime(2026, 3, 11, 14, 59, tzinfo=dt.UTC))
    before = len(mailoutbox)
    tick(dt.datetime(2026, 3, 11, 15, 1, tzinfo=dt.UTC))

    assert (before, len(mailoutbox)) == (0, 1)


def test_it_goes_at_the_hour_of_the_shops_clock_wherever_customers_are(buyers, admin_client, mailoutbox):
    Customer.objects.filter(first_name="Ann").update(time_zone="Asia/Tokyo")
    admin_client.post(PAGE, form(buyers, send="1", on="2026-03-11", hour="11", clock="shop"))

    tick(dt.datetime(2026, 3, 11, 10, 59, tzinfo=dt.UTC))
    before = len(mailoutbox)
    tick(dt.datetime(2026, 3, 11, 11, 1, tzinfo=dt.UTC))

    assert (before, len(mailoutbox)) == (0, 1)


def test_a_template_is_sent_as_it_is(buyers, admin_client, mailoutbox):
    template = make_template(purpose="service", subject="About your order")

    admin_client.post(PAGE, form(buyers, send="1", template=template.pk))
    tick(NOW + dt.timedelta(minutes=21))

    assert {letter.subject for letter in mailoutbox} == {"About your order"}
    assert len(mailoutbox) == 2
    assert not MessageTemplate.objects.filter(name="Closed on Friday").exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"en-body": ""}, "Something is missing in the letter", id="no words"),
        pytest.param({"en-body": "{{ customer.shoe_size }}"}, "shoe_size", id="unknown placeholder"),
        pytest.param({"en-cta_label": "Look"}, "This must not be empty.", id="a button to nowhere"),
        pytest.param({"ru-subject": "Только тема"}, "Something is missing in the letter", id="half of a language"),
        pytest.param({"on": "2026-03-09"}, "between today and a year from now", id="yesterday"),
        pytest.param({"segment": "0"}, "Select a valid choice", id="no such segment"),
        pytest.param({"name": " "}, "This field is required", id="no name"),
    ],
)
def test_a_mistake_is_told_at_its_place_and_nothing_is_kept(buyers, admin_client, fields, told):
    page = admin_client.post(PAGE, form(buyers, send="1", **fields))

    assert told in page.content.decode()
    assert not Chain.objects.filter(name="Closed on Friday").exists()
    assert not MessageTemplate.objects.filter(name="Closed on Friday").exists()


def test_what_stands_in_the_way_of_publishing_is_told_and_nothing_is_kept(buyers, admin_client, shop):
    shop.support_contact = ""
    shop.save()

    seen = admin_client.post(PAGE, form(buyers, look="1"))
    page = admin_client.post(PAGE, form(buyers, send="1"))

    [refusal] = seen.context["faults"]
    assert "The shop settings have no support contact" in refusal
    assert page.context["faults"] == [refusal]
    assert 'formaction="#send" disabled' in page.content.decode()
    assert not Chain.objects.filter(name="Closed on Friday").exists()
    assert not MessageTemplate.objects.filter(name="Closed on Friday").exists()


def test_what_is_missing_is_told_beside_the_button_too(buyers, admin_client):
    page = admin_client.post(PAGE, form(buyers, look="1", name="", **{"en-body": ""}))

    assert page.context["faults"] == ["Something is missing in the letter in English.", "Name: This field is required."]


def test_a_test_goes_to_whatever_addresses_are_typed_and_nothing_else_happens(buyers, admin_client, mailoutbox):
    to = {"test": "1", "test-to": "me@example.com, you@example.com"}

    page = admin_client.post(PAGE, form(buyers, **to))
    wrong = admin_client.post(PAGE, form(buyers, **to | {"test-to": "nobody"}))

    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["me@example.com"], "Test: A word to Ann"), (["you@example.com"], "Test: A word to Ann")
    ]  # fmt: skip
    assert "Put into the outbox for me@example.com, you@example.com" in page.text
    assert "“nobody” is not an email address" in wrong.text
    assert not Chain.objects.filter(name="Closed on Friday").exists()


COUPON = {"coupon-coupon_kind": "amount", "coupon-coupon_value": "5", "coupon-coupon_days": "7"}


def test_each_reader_gets_a_coupon_of_their_own_with_its_terms(buyers, admin_client, mailoutbox, settings):
    settings.CURRENCY = "EUR"
    limits = COUPON | {"coupon-coupon_minimum": "40", "coupon-coupon_kind": "gift", "coupon-coupon_gift": "a cup"}

    page = admin_client.post(PAGE, form(buyers, look="1", **limits))
    admin_client.post(PAGE, form(buyers, send="1", **limits))
    tick(NOW + dt.timedelta(minutes=21))
    tick(NOW + dt.timedelta(minutes=22))

    assert page.context["faults"] == []
    coupon = Coupon.objects.get(customer__first_name="Ann")
    assert (coupon.gift, coupon.minimum, coupon.term_days) == ("a cup", 40, 7)
    [letter] = mailoutbox
    for text in (letter.body, page.context["sheets"][0].letter.text):
        assert "a cup" in text
        assert "For orders from €40" in text
    assert coupon.code in letter.body


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"coupon-coupon_value": ""}, "percent, amount or points: Say how much the coupon is worth."),
        ({"coupon-coupon_kind": "nonsense"}, "A coupon for: Select a valid choice. nonsense is not one of"),
    ],
)
def test_a_coupon_without_its_terms_is_refused(buyers, admin_client, fields, told):
    page = admin_client.post(PAGE, form(buyers, send="1", **COUPON | fields))

    assert told.lower() in " ".join(page.context["faults"]).lower()
    assert not Chain.objects.filter(name="Closed on Friday").exists()


def test_a_template_that_shows_no_coupon_is_refused_with_one(buyers, admin_client):
    template = make_template(purpose="marketing")

    page = admin_client.post(PAGE, form(buyers, send="1", template=template.pk, **COUPON))

    assert page.context["faults"] == [
        "A coupon for: The message chosen shows no coupon: put the block “Coupon” into it."
    ]


def test_a_language_in_which_nothing_is_written_is_told(buyers, admin_client):
    Customer.objects.filter(first_name="Ann").update(language="ru")

    page = admin_client.post(PAGE, form(buyers, look="1"))

    assert page.context["unwritten"] == [
        "1 of them reads Russian, in which nothing is written: they get it in English."
    ]


def test_a_segment_whose_rule_is_broken_is_told(admin_client):
    broken = make_segment(condition("segment", "is", ["999999"]))

    page = admin_client.post(PAGE, form(broken, look="1"))

    assert "no longer exists" in page.content.decode()


def test_it_is_for_marketers_only(buyers, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("agent", password="x", is_staff=True))

    assert client.post(PAGE, form(buyers, send="1")).status_code == 403
    assert not Chain.objects.filter(name="Closed on Friday").exists()


def test_what_a_trial_can_tell_is_said_before_it_is_sent(buyers, admin_client):
    trial = {"trial-differs_in": "subject", "trial-share": "50", "trial-days": "3"}

    missing = admin_client.post(PAGE, form(buyers, look="1", **trial)).content.decode()
    page = admin_client.post(PAGE, form(buyers, look="1", **trial, **{"trial-instead_en": "Closed!"})).content.decode()

    assert "Say what B says instead." in missing
    assert "Customers it is tried on: 1, for 3 days." in page
    assert "most likely A goes to the rest" in page
    assert "Closed!" in page


@pytest.mark.parametrize(
    ("trial", "told"),
    [
        ({"differs_in": "hour"}, "Say what B has instead."),
        ({"differs_in": "hour", "at_hour": "15"}, "A goes at this hour already."),
        ({"differs_in": "weekday", "at_weekday": "5"}, "At least 10 days"),
        ({"differs_in": "channel", "channel": "sms"}, "The message has no text for this channel"),
        ({"differs_in": "channel", "channel": "email"}, "A goes first over this channel already."),
    ],
)
def test_a_trial_that_tries_nothing_is_refused(buyers, admin_client, trial, told):
    asked = {f"trial-{name}": value for name, value in {"share": "50", "days": "3", **trial}.items()}

    page = admin_client.post(PAGE, form(buyers, look="1", on="2026-03-11", hour="15", **asked))

    assert told in " ".join(page.context["faults"])


@pytest.mark.parametrize(
    ("trial", "has"),
    [
        ({"differs_in": "hour", "at_hour": "18"}, {"at_hour": 18}),
        ({"differs_in": "weekday", "at_weekday": "5", "days": "10"}, {"at_weekday": 5}),
        ({"differs_in": "channel", "channel": "sms"}, {"channels": ["sms", "email"]}),
    ],
)
def test_a_trial_of_when_and_over_what_it_goes(buyers, admin_client, trial, has):
    asked = {f"trial-{name}": value for name, value in {"share": "50", "days": "3", **trial}.items()}
    template = make_template(purpose="marketing")
    save_text(template, WrittenText(channel="sms", language="en", blocks=plain_blocks("We are closed.")))

    page = admin_client.post(PAGE, form(buyers, look="1", template=template.pk, **asked))
    admin_client.post(PAGE, form(buyers, send="1", template=template.pk, **asked))

    assert page.context["faults"] == []
    variant = ExperimentVariant.objects.get(experiment__chain__name="Closed on Friday")
    assert variant.instead == has
    assert variant.experiment.status == "running"


@pytest.mark.parametrize(("read", "asked"), [("", ["English"]), ("ru", ["English", "Russian"])])
def test_only_languages_that_the_audience_reads_are_asked_for(buyers, admin_client, read, asked):
    ann = Customer.objects.get(first_name="Ann")
    ann.language = read
    ann.save()
    refresh(buyers, NOW)

    page = admin_client.get(PAGE, {"segment": buyers.pk})

    assert [str(name) for name, _words in page.context["form"].forms_of_words] == asked
