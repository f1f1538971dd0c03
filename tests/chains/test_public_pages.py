import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chains.models import Touch
from chains.public.machine_opens import is_machine
from crm.models import Case, ConsentRecord, Contact, Event, Feedback
from tests.chains.written_messages import make_touch
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db

PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
CUBOT = "Mozilla/5.0 (Linux; Android 9; CUBOT) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@pytest.fixture
def outsider(shop):
    """Somebody with the letter and nothing else: no cookies, and CSRF checked as in production."""
    return Client(enforce_csrf_checks=True, headers={"User-Agent": PERSON})


def address(name, touch, *more):
    return reverse(f"chains:{name}", args=[touch.token, *more])


def facts():
    return (
        Event.objects.filter(kind__startswith="message.").count(),
        ConsentRecord.objects.filter(action="withdrawn").count(),
        Feedback.objects.count(),
    )


@pytest.mark.parametrize("token", ["nobodys", "%00", "a%00b", "x" * 5000, "%F0%9F%8E%89", "%FF", "' OR 1=1"])
@pytest.mark.parametrize("page", ["o/{}/", "c/{}/0/", "u/{}/", "p/{}/", "r/{}/"])
def test_a_token_of_nobody_is_refused_in_words(outsider, page, token):
    response = outsider.get("/m/" + page.format(token))

    assert response.status_code == 404
    assert "This link does not work" in response.text


def test_a_click_leads_to_the_shops_link_and_is_kept_once(outsider):
    touch = make_touch(links=["https://kettle.example.com/care", "https://kettle.example.com/recipes"])

    responses = [outsider.get(address("click", touch, 1)) for _ in range(2)]

    assert [(found.status_code, found["Location"]) for found in responses] == [
        (302, "https://kettle.example.com/recipes")
    ] * 2
    event = Event.objects.get(kind="message.clicked")
    assert event.customer == touch.customer
    assert event.properties == {
        "touch": touch.pk,
        "chain": touch.chain_id,
        "step": "care",
        "tags": ["recipes"],
        "link": 1,
        "address": "https://kettle.example.com/recipes",
        "is_machine": False,
    }
    touch.refresh_from_db()
    assert touch.clicked_at is not None


@pytest.mark.parametrize(
    "path",
    [
        "c/forged/0/",
        "c/{token}/1/",
        "c/{token}/99999999999999999999/",
        "u/forged/",
        "p/forged/",
        "r/forged/",
        "o/forged/",
    ],
)
def test_a_forged_link_gets_an_answer_in_words_and_changes_nothing(outsider, path):
    touch = make_touch()

    response = outsider.get("/m/" + path.format(token=touch.token) + "?url=https://evil.example/&next=//evil.example")

    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()
    assert facts() == (0, 0, 0)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", "//evil.example", "mailto:a@b.c"])
def test_a_click_leads_to_nothing_but_the_web(outsider, link):
    touch = make_touch(links=[link])

    assert outsider.get(address("click", touch, 0)).status_code == 404


def test_a_scanner_that_clicks_is_led_on_and_marked(outsider):
    touch = make_touch()

    outsider.head(address("click", touch, 0))
    response = outsider.get(address("click", touch, 0), headers={"User-Agent": "Mimecast Link Scanner"})

    assert response.status_code == 302
    assert Event.objects.get(kind="message.clicked").properties["is_machine"] is True
    touch.refresh_from_db()
    assert touch.clicked_at is None


def test_an_open_is_kept_once_for_people_and_once_for_machines(outsider):
    touch = make_touch()

    for agent in (PERSON, "Mozilla/5.0", PERSON, "Mozilla/5.0"):
        response = outsider.get(address("open", touch), headers={"User-Agent": agent})

    assert response["Content-Type"] == "image/gif"
    assert response["Cache-Control"] == "no-store"
    opened = Event.objects.filter(kind="message.opened").order_by("pk")
    assert [event.properties["is_machine"] for event in opened] == [False, True]
    touch.refresh_from_db()
    assert touch.opened_at is not None


@pytest.mark.parametrize(
    ("agent", "seconds_after", "expected"),
    [
        pytest.param(PERSON, 600, False, id="phone"),
        pytest.param(GMAIL, 600, False, id="Gmail shows it to a person"),
        pytest.param("Mozilla/5.0", 600, True, id="Apple fetches for everybody"),
        pytest.param("", 600, True, id="no name"),
        pytest.param("python-requests/2.32", 600, True, id="program"),
        pytest.param("Mozilla/5.0 (compatible; SomeBot/1.0)", 600, True, id="robot"),
        pytest.param(CUBOT, 600, False, id="a phone called bot"),
        pytest.param(PERSON, 1, True, id="too quick for a person"),
    ],
)
def test_tells_machines_from_people(now, agent, seconds_after, expected):
    assert is_machine(agent, sent_at=now, at=now + dt.timedelta(seconds=seconds_after)) is expected


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_unsubscribe_page_unsubscribes_nobody(outsider, method):
    touch = make_touch()

    response = getattr(outsider, method)(address("unsubscribe", touch))

    assert response.status_code == 200
    assert facts() == (0, 0, 0)
    assert touch.customer.contacts.get().marketing_consent == Contact.Consent.GRANTED


def test_one_click_unsubscribes_without_cookies_and_may_come_twice(outsider):
    touch = make_touch()

    responses = [
        outsider.post(address("unsubscribe", touch), {"List-Unsubscribe": "One-Click"}),
        outsider.post(
            address("unsubscribe", touch),
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        ),
    ]

    assert [response.status_code for response in responses] == [200, 200]
    assert not any("Location" in response or response.cookies for response in responses)
    line = ConsentRecord.objects.get(action="withdrawn")
    assert (line.channel, line.address, line.purpose) == ("email", touch.contact.address, "marketing")
    assert line.evidence["touch"] == touch.pk
    assert line.evidence["one_click"] is True
    contact = touch.customer.contacts.get()
    assert contact.marketing_consent == Contact.Consent.WITHDRAWN
    assert contact.service_consent != Contact.Consent.WITHDRAWN


def test_unsubscribing_an_address_a_family_shares_holds_for_everybody_there(outsider):
    mother, son = make_customer(email="home@example.com"), make_customer(email="home@example.com", first_name="Bob")

    outsider.post(address("unsubscribe", make_touch(mother)))

    assert Contact.objects.get(customer=son).marketing_consent == Contact.Consent.WITHDRAWN


def test_the_preference_page_keeps_topics_and_channels(outsider):
    customer = make_customer(phone="+442079460000")
    touch = make_touch(customer)
    by_email, by_phone = customer.contacts.get(channel="email"), customer.contacts.get(channel="sms")

    response = outsider.post(
        address("preferences", touch), {"save": "yes", "topic": ["tips"], "contact": [by_email.pk]}
    )

    assert "Saved" in response.content.decode()
    customer.refresh_from_db()
    assert customer.muted_topics == ["recipes", "offers"]
    by_phone.refresh_from_db()
    assert by_phone.marketing_consent == Contact.Consent.WITHDRAWN
    by_email.refresh_from_db()
    assert by_email.marketing_consent == Contact.Consent.GRANTED


def test_a_body_that_cannot_be_read_changes_nothing(outsider):
    touch = make_touch()

    outsider.post(address("preferences", touch), b"\x00not a form", content_type="multipart/form-data")

    touch.customer.refresh_from_db()
    assert touch.customer.muted_topics == []
    assert touch.customer.contacts.get().marketing_consent == Contact.Consent.GRANTED


def test_coming_back_is_a_new_yes_with_its_wording(outsider):
    touch = make_touch(make_customer(consent=False))

    for _ in range(2):
        outsider.post(
            address("preferences", touch),
            {"save": "yes", "topic": ["recipes", "tips", "offers"], "contact": [touch.contact_id]},
        )

    line = ConsentRecord.objects.get(action="granted")
    assert line.wording.startswith("Send me ideas")
    assert line.source == "preference page"
    assert touch.customer.contacts.get().marketing_consent == Contact.Consent.GRANTED


def test_nobody_can_choose_for_somebody_elses_address(outsider):
    stranger = make_customer(consent=False)

    outsider.post(
        address("preferences", make_touch()), {"save": "yes", "contact": [stranger.contacts.get().pk, "x", "9" * 40]}
    )

    assert stranger.contacts.get().marketing_consent == Contact.Consent.UNKNOWN


def test_the_pages_do_not_give_the_address_away(outsider):
    touch = make_touch(make_customer(email="secretive@example.com"))

    for name in ("unsubscribe", "preferences", "rate"):
        response = outsider.get(address(name, touch))
        assert "secretive@" not in response.content.decode()
        assert response["Referrer-Policy"] == "no-referrer"


def test_fetching_the_rating_link_only_fills_the_page_in(outsider):
    touch = make_touch(order=make_order())

    response = outsider.get(address("rate", touch) + "?score=2")

    assert 'value="2" checked' in response.content.decode()
    assert Feedback.objects.count() == 0


def test_a_low_rating_opens_a_question(outsider):
    order = make_order()
    touch = make_touch(order.customer, order=order)

    responses = [outsider.post(address("rate", touch), {"answer": "2", "text": text}) for text in ("It leaks", "")]

    assert [response.status_code for response in responses] == [200, 200]
    given = Feedback.objects.get()
    assert (given.score, given.order, given.text, given.may_publish) == (2, order, "It leaks", False)
    assert Case.objects.get().kind == Case.Kind.QUESTION
    assert "get in touch" in responses[0].content.decode()


@pytest.mark.parametrize("answer", ["1", "5"])
def test_whatever_the_rating_it_points_to_where_reviews_are_left(outsider, shop, answer):
    shop.review_url = "https://reviews.example.com/kettle"
    shop.save()
    touch = make_touch()

    response = outsider.post(address("rate", touch), {"answer": answer, "may_publish": "on"})

    assert "https://reviews.example.com/kettle" in response.content.decode()
    assert Feedback.objects.get().may_publish is True
    assert Case.objects.exists() == (answer == "1")


@pytest.mark.parametrize(
    "told",
    [{}, {"answer": "9"}, {"answer": "abc"}, {"answer": "4", "text": "x" * 2001}],
    ids=["none", "out", "word", "long"],
)
def test_an_unfit_rating_is_refused_in_words(outsider, told):
    response = outsider.post(address("rate", make_touch()), told)

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert Feedback.objects.count() == 0


def test_hammering_a_page_is_stopped(outsider):
    touch = make_touch()

    codes = [outsider.post(address("unsubscribe", touch)).status_code for _ in range(31)]

    assert codes == [200] * 30 + [429]


def test_speaks_the_customers_language(outsider):
    touch = make_touch(make_customer(language="ru"))

    response = outsider.get(address("unsubscribe", touch))

    assert '<html lang="ru">' in response.content.decode()


def test_a_trial_letters_links_change_nothing(outsider):
    response = outsider.post("/m/u/preview/")

    assert response.status_code == 200
    assert "trial" in response.content.decode()


def test_an_unfetched_touch_costs_one_query_for_a_forged_token(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        Client().get("/m/c/forged/0/")


def test_the_moment_of_an_open_is_now(outsider):
    before = timezone.now()
    touch = make_touch()

    outsider.get(address("open", touch))

    assert before <= Touch.objects.get(pk=touch.pk).opened_at <= timezone.now()


def test_the_customer_says_how_often(outsider):
    touch = make_touch()

    outsider.post(address("preferences", touch), {"save": "yes", "frequency": "less"})
    touch.customer.refresh_from_db()
    assert touch.customer.frequency == "less"
    outsider.post(address("preferences", touch), {"save": "yes", "frequency": "every hour"})
    outsider.post(address("preferences", touch), {"save": "yes"})

    touch.customer.refresh_from_db()
    assert touch.customer.frequency == "less"
