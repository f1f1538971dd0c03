import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Event
from crm.orders import LineData
from segments.models import Segment
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def kettle_buyer(shop):
    """Whom the seed example (B9) describes."""
    now = timezone.now()
    olga = make_customer(
        first_name="Olga",
        last_name="Belova",
        city="Moscow",
        born_on=now.date() - dt.timedelta(days=30 * 365),
    )
    make_order(customer=olga, placed_at=now, lines=[LineData("KET-1", 1, 49, 30, "Kettle", "Kitchen / Kettles")])
    for touch in (1, 2):
        Event.objects.create(
            kind="message.opened",
            customer=olga,
            occurred_at=now,
            source="test",
            key=str(touch),
            properties={"touch": touch, "tags": ["recipes"], "is_machine": False},
        )
    make_customer(first_name="Ivan", city="Moscow")
    return olga


def open_new_segment(page, live_server):
    page.goto(live_server.url + reverse("admin:segments_segment_add"))


def test_marketer_describes_the_seed_example_by_keyboard_alone(page, sign_in, live_server, kettle_buyer):
    sign_in("Marketing")
    open_new_segment(page, live_server)
    keys = page.keyboard
    rows = page.locator(".rule-rows > li")

    def choose(label):
        """Type the name of an option of the focused list."""
        keys.type(label)
        keys.press("Tab")

    def add_condition(field):
        page.get_by_role("button", name="Add a condition").focus()
        keys.press("Enter")
        choose(field)

    page.get_by_label("Name").focus()
    keys.type("Young kettle lovers")
    rows.first.get_by_label("What to ask about").focus()
    choose("age")
    choose("at least")
    keys.type("25")
    add_condition("age")
    choose("at most")
    keys.type("34")
    add_condition("category")
    keys.press("Tab")
    keys.type("kettles")
    keys.press("Enter")
    expect(rows.nth(2).locator(".rule-chip")).to_contain_text("Kettles")
    add_condition("letters opened")
    keys.press("Tab")
    keys.type("2")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("recipes")
    keys.press("Enter")
    add_condition("city")
    keys.press("Tab")
    keys.type("Moscow")
    keys.press("Enter")

    expect(page.locator(".rule-preview strong")).to_have_text("1")
    expect(page.get_by_role("link", name="Olga Belova")).to_be_visible()
    page.get_by_role("button", name="Save and continue editing").focus()
    keys.press("Enter")
    expect(page.get_by_text(re.compile("was added successfully"))).to_be_visible()

    segment = Segment.objects.get(name="Young kettle lovers")
    assert [item["field"] for item in segment.rule["all"]] == ["age", "age", "bought_category", "opened", "city"]
    assert segment.rule["all"][3]["where"] == [{"field": "tag", "operator": "has", "value": ["recipes"]}]
    assert segment.members_count == 1


def test_a_mistake_is_shown_at_its_row_on_a_phone(page, sign_in, live_server, kettle_buyer):
    sign_in("Marketing")
    page.set_viewport_size(NARROW)
    open_new_segment(page, live_server)
    rows = page.locator(".rule-rows > li")

    page.get_by_label("Name").fill("Regulars")
    rows.first.get_by_label("What to ask about").select_option("number of orders")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(rows.first.get_by_role("alert")).to_have_text("enter a number")
    assert fits(page)
    assert not Segment.objects.filter(name="Regulars").exists()

    rows.first.get_by_label("Value", exact=True).fill("1")
    page.get_by_role("button", name="Add a condition").click()
    rows.nth(1).get_by_role("button", name="Remove this condition").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile("was added successfully"))).to_be_visible()
    assert Segment.objects.get(name="Regulars").members_count == 1
    assert fits(page)
