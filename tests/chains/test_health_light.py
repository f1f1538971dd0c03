"""While a chain is live: how it is received, and whether it stands still."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chains.models import Chain, Enrolment, TestOrder, Touch
from chains.results import rollups
from chains.stats.beginning import first_steps
from chains.stats.light import Answers, Colour, judged, lights
from chains.stats.standing_still import Standstill, silence
from crm.models import Shop
from segments.models import Segment
from tests.chains.factories import draft_chain, fill_due, live_chain, message
from tests.conftest import NOW, make_customer, make_order


@pytest.mark.parametrize(
    ("told", "answers", "colour", "words"),
    [
        ("nothing sent", Answers(), Colour.GREY, ""),
        ("liked", Answers(1000, replied=20, unsubscribed=4), Colour.GREEN, ""),
        ("one report of ten", Answers(10, complained=1), Colour.AMBER, "spam reports: 10.00 %"),
        ("three of nine hundred", Answers(900, complained=3), Colour.RED, "where 0.3 % is too much"),
        ("two of two thousand", Answers(2000, complained=2), Colour.AMBER, "where 0.1 % is too much"),
        ("two of three thousand", Answers(3000, complained=2), Colour.GREEN, ""),
        ("some leave", Answers(1000, replied=20, unsubscribed=6), Colour.AMBER, "unsubscribes: 0.60 %"),
        ("many leave", Answers(1000, replied=90, unsubscribed=20), Colour.RED, "where 2.0 % is too much"),
        ("more leave than reply", Answers(9000, replied=3, unsubscribed=5), Colour.AMBER, "turned away than replied"),
    ],
)
def test_the_light_turns(told, answers, colour, words):
    light = judged(answers)

    assert light.colour == colour
    assert words in "; ".join(light.reasons)
    assert bool(light.reasons) is bool(words)


def days(*back):
    return [NOW.date() - dt.timedelta(days=one) for one in back]


@pytest.mark.parametrize(
    ("told", "entered", "found"),
    [
        ("every day until now", days(5, 4, 3, 2, 1), None),
        ("silent for a week", days(12, 11, 10, 9, 8), Standstill(8, 1)),
        ("silent for two days", days(6, 5, 4, 3, 2), None),
        ("never very often", days(60, 50, 40, 30, 15), None),
        ("too young to tell", days(40, 39), None),
    ],
)
def test_standing_still_is_judged_by_its_own_past(told, entered, found):
    assert silence(entered, NOW.date()) == found


@pytest.fixture
def annoying(shop, db):
    """Of two hundred letters three were reported as spam, and nobody has entered for a week."""
    chain = live_chain(message(), name="Annoying")
    now = timezone.now()
    fill_due(chain, customers=200, due_at=now - dt.timedelta(days=8))
    Touch.objects.filter(chain=chain).update(status=Touch.Status.SENT, sent_at=now - dt.timedelta(days=8))
    reported = Touch.objects.filter(chain=chain).values_list("pk", flat=True)[:3]
    Touch.objects.filter(pk__in=list(reported)).update(complained_at=now)
    for number, enrolment in enumerate(Enrolment.objects.filter(chain=chain)):
        Enrolment.objects.filter(pk=enrolment.pk).update(entered_at=now - dt.timedelta(days=8 + number % 10))
    rollups.rebuild(now)
    return chain


def test_chains_that_annoy_or_stand_still_are_told_on_the_pages(annoying, client):
    fine = live_chain(message(), name="Calm")
    client.force_login(User.objects.create_superuser("root"))

    found = lights([annoying, fine, draft_chain(message())], Shop.load(), timezone.now())
    listed = client.get(reverse("admin:chains_chain_changelist")).text
    page = client.get(reverse("admin:chains_chain_change", args=[annoying.pk])).text

    assert {pk: light.colour for pk, light in found.items()} == {annoying.pk: Colour.RED, fine.pk: Colour.GREY}
    assert found[annoying.pk].standstill == Standstill(8, 1)
    assert "0 replies against 0 unsubscribes and 3 spam reports; spam reports: 1.50 % of what was sent" in listed
    assert "nobody has entered for 8 days, and until now it was never longer than 1." in listed
    assert "it annoys" in page
    assert "How the light is judged" in page


def test_who_should_have_gone_on_long_ago_makes_a_chain_stand(shop, db):
    chain = live_chain(message())
    fill_due(chain, customers=2, due_at=NOW)
    Enrolment.objects.filter(chain=chain).update(
        status="active", ending="", ended_at=None, due_at=NOW - dt.timedelta(hours=7)
    )

    light = lights([chain], shop, NOW)[chain.pk]

    assert light.standstill_words == "It stands still: 2 customers should have gone on more than 6 hours ago."


def test_many_chains_take_as_many_queries_as_one(shop, db):
    chains = [live_chain(message(), name=f"Chain {number}") for number in range(4)]

    def queries(some):
        with CaptureQueriesContext(connection) as taken:
            lights(some, shop, NOW)
        return len(taken)

    assert queries(chains) == queries(chains[:1]) == 3


def test_a_new_shop_is_told_what_comes_first_until_it_is_done(shop, db, client, settings):
    settings.EMAIL_URL = ""
    client.force_login(User.objects.create_superuser("root"))
    today, chains = reverse("admin:index"), reverse("admin:chains_chain_changelist")
    before, list_before = client.get(today).text, client.get(chains).text

    make_order(customer=make_customer())
    for number in range(3):
        live_chain(message(), name=f"Chain {number}")
    Segment.objects.update(members_count=1)
    half = [step.is_done for step in first_steps()]
    settings.EMAIL_URL = "smtp://localhost"
    TestOrder.objects.create(
        chain=Chain.objects.first(), asked_by=User.objects.get(), language="en", asked_at=NOW, address="a@b.example"
    )

    assert "Before Encore works for your shop" in before
    assert "no orders yet" in before
    assert half == [False, True, True, True, False, True]
    assert "6 things are still to be done" in list_before
    assert "Before Encore works for your shop" not in list_before
    assert "Before Encore works for your shop" not in client.get(today).text
    assert "still to be done" not in client.get(chains).text
