import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from crm.models import Event
from crm.orders.orders import LineData
from segments.models import Segment
from segments.vocabulary.registry import FIELDS
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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


TEXTS = ["Add a condition", "Add a group", "What to ask about", "How to compare", "Value", "Narrow down"]


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
    for _window_copy_remove_narrow in range(4):
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
    rows.first.get_by_label("What to ask about").click()
    rows.first.get_by_role("option", name="number of orders", exact=True).click()
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


def test_marketer_describes_the_seed_example_by_keyboard_alone_in_russian(page, sign_in, live_server, kettle_buyer):
    with translation.override("ru"):
        words = {name: str(FIELDS[name].label) for name in ("age", "bought_category", "opened", "city")}
        words |= {text: gettext(text) for text in ("Add a condition", "What to ask about")}
    sign_in("Marketing")
    page.context.add_cookies([{"name": "django_language", "value": "ru", "url": live_server.url}])
    open_new_segment(page, live_server)
    keys = page.keyboard
    rows = page.locator(".rule-rows > li")

    def choose(field):
        keys.type(words[field])
        keys.press("Tab")

    def add_condition(field):
        page.get_by_role("button", name=words["Add a condition"]).focus()
        keys.press("Enter")
        choose(field)

    page.locator("#id_name").focus()
    keys.type("Любители чайников")
    rows.first.get_by_label(words["What to ask about"]).focus()
    choose("age")
    keys.press("Tab")
    keys.type("25")
    add_condition("age")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("34")
    add_condition("bought_category")
    keys.press("Tab")
    keys.type("kettles")
    keys.press("Enter")
    expect(rows.nth(2).locator(".rule-chip")).to_contain_text("Kettles")
    add_condition("opened")
    keys.press("Tab")
    keys.type("2")
    for _window_copy_remove_narrow in range(4):
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
    page.locator("[name=_continue]").focus()
    keys.press("Enter")
    expect(page.locator(".segment-panel")).to_be_visible()
    segment = Segment.objects.get(name="Любители чайников")
    assert [item["field"] for item in segment.rule["all"]] == ["age", "age", "bought_category", "opened", "city"]
    assert [item["operator"] for item in segment.rule["all"]][:2] == ["at_least", "at_most"]
    assert segment.members_count == 1


def test_marketer_nests_groups_by_mouse_in_russian(page, sign_in, live_server, kettle_buyer):
    with translation.override("ru"):
        words = {name: str(FIELDS[name].label) for name in ("age", "bought_category", "opened", "city", "vip")} | {
            text: gettext(text) for text in TEXTS
        }
    sign_in("Marketing")
    page.context.add_cookies([{"name": "django_language", "value": "ru", "url": live_server.url}])
    open_new_segment(page, live_server)

    def add(group, name):
        group.locator(":scope > .rule-feet").get_by_role("button", name=words["Add a condition"]).click()
        return choose(group.locator(":scope > .rule-rows > li").last, name)

    def choose(row, name):
        row.get_by_label(words["What to ask about"]).click()
        row.get_by_role("option", name=words[name], exact=True).click()
        return row

    def number(row, value):
        row.get_by_label(words["Value"], exact=True).fill(value)

    def text(row, value):
        row.get_by_label(words["Value"], exact=True).last.fill(value)
        row.get_by_label(words["Value"], exact=True).last.press("Enter")
        expect(row.locator(".rule-chip").last).to_contain_text(value)

    root = page.locator("[data-tree] > .rule-group")
    page.locator("[name=name]").fill("Пример")
    age = choose(root.locator(":scope > .rule-rows > li").first, "age")
    number(age, "25")
    older = add(root, "age")
    older.get_by_label(words["How to compare"]).select_option("at_most")
    number(older, "34")
    text(add(root, "bought_category"), "Kettles")
    opened = add(root, "opened")
    number(opened, "2")
    opened.get_by_role("button", name=words["Narrow down"]).click()
    tag = opened.locator(".rule-filter")
    text(tag, "recipes")
    root.locator(":scope > .rule-feet").get_by_role("button", name=words["Add a group"]).click()
    inner = root.locator(":scope > .rule-rows > .rule-group")
    text(choose(inner.locator(":scope > .rule-rows > li").first, "city"), "Moscow")
    add(inner, "vip")

    expect(page.locator(".rule-preview strong")).to_have_text("1")
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.locator("[name=_continue]").click()
    expect(page.locator(".segment-panel strong")).to_have_text("1")

    segment = Segment.objects.get(name="Пример")
    *conditions, group = segment.rule["all"]
    assert [item["field"] for item in conditions] == ["age", "age", "bought_category", "opened"]
    assert [item["field"] for item in group["any"]] == ["city", "vip"]
    assert fits(page)
