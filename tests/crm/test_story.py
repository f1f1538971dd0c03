import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm import consent
from crm.customers import merge
from crm.customers.mood import note_mood
from crm.orders import orders
from crm.service import cases, feedback
from crm.story import story
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def test_tells_everything_newest_first(now):
    customer = make_customer(email="ann@example.com", consent=False)
    order = make_order(customer=customer, number="A-1", total=Decimal(10), placed_at=now - 9 * HOUR)
    orders.ship(order, at=now - 8 * HOUR, tracking_number="RR1")
    orders.reach_milestone(order, "Frame up", at=now - 7 * HOUR)
    case = make_case(customer, at=now - 6 * HOUR, body="It drips")
    cases.answer(case, at=now - 5 * HOUR, solution="A new lid", alternative="Money back", goodwill="Tea")
    feedback.leave(customer, kind="rating", score=5, at=now - 4 * HOUR, source="s", key="1", text="Fine")
    told = {"channel": "email", "address": "ann@example.com", "purpose": "marketing", "source": "page"}
    consent.withdraw(customer, **told, at=now - 3 * HOUR)
    note_mood(customer, "bad", now - 2 * HOUR)
    merge.merge(customer, make_customer(consent=False), at=now - HOUR)

    entries = story.story(customer)

    assert [(entry.kind, entry.title, entry.detail, entry.tone) for entry in entries] == [
        ("profile", "Merged with a duplicate", "", ""),
        ("profile", "Mood noted: bad", "", "bad"),
        ("consent", "Consent, marketing: withdrawn", "Email · ann@example.com · page", "warning"),
        ("feedback", "Rating: 5 of 5", "Fine", ""),
        ("case", "Solution offered: The lid does not close", "A new lid\nor: Money back\nbonus: Tea", ""),
        ("case", "Opened: The lid does not close", "It drips", "bad"),
        ("order", "Frame up", "Order A-1", "good"),
        ("order", "Order A-1 shipped", "RR1", ""),
        ("order", "Order A-1 placed", "10.00 EUR", ""),
    ]
    assert entries[-1].url == f"/admin/crm/order/{order.pk}/change/"
    assert story.story(customer, limit=3) == entries[:3]


def test_takes_the_same_queries_however_long_it_is(now, django_assert_num_queries):
    short, long = make_customer(), make_customer()
    make_order(customer=short, total=Decimal(10))
    for number in range(20):
        make_order(customer=long, total=Decimal(10))
        make_case(long)
        feedback.leave(long, kind="nps", score=9, at=now, source="s", key=str(number))

    for customer in (short, long):
        with django_assert_num_queries(14):
            story.story(customer, 50)


def test_other_apps_add_their_entries_once(now, monkeypatch):
    monkeypatch.setattr(story, "_sources", [])
    entry = story.StoryEntry(now, "mail", "A letter")

    def letters(customer, limit):
        return [entry]

    story.register(letters)
    story.register(letters)

    assert story.story(make_customer()) == [entry]


def test_a_story_that_is_cut_says_so_and_leads_to_all_of_it(admin_client, now, monkeypatch):
    monkeypatch.setattr("crm.admin.customer_page.STORY_DEPTH", 3)
    ann = make_customer(consent=False)
    page = reverse("admin:crm_customer_change", args=[ann.pk])

    make_case(ann, at=now)
    assert "All there is" not in admin_client.get(page).content.decode()
    for _number in range(2):
        make_case(ann, at=now)
    text = admin_client.get(page).content.decode()

    assert "These are the newest 3 things that happened. All there is:" in text
    lists = [f"{reverse(f'admin:crm_{name}_changelist')}?customer__id__exact={ann.pk}" for name in ("case", "event")]
    for address in lists:
        assert address in text
        assert len(admin_client.get(address).context["cl"].result_list) == 3
