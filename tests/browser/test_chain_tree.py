"""The picture of a chain: put together by mouse and by keyboard, on a phone, and read by who may only read."""

import time

import pytest
from playwright.sync_api import expect

from chains.definition.tree import all_nodes, tree_of
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import branch, draft_chain, message, wait

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


def steps_of(chain):
    return [(node.number, str(node.step)) for node in all_nodes(tree_of(chain))]


def test_a_chain_is_built_by_keyboard_and_undone(page, sign_in, live_server, shop):
    chain = draft_chain(message(name="Thanks"), name="After an order")
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
    keys = page.keyboard
    page.locator("#entry").focus()

    keys.press("ArrowDown")
    keys.press("+")
    keys.type("branch")
    keys.press("Enter")
    page.get_by_label("Name").first.fill("First time?")
    page.locator("#id_arms-0-name").fill("Regulars")
    field = page.get_by_role("combobox", name="What to ask about")
    field.fill("number of orders")
    field.press("Tab")
    page.get_by_label("How to compare").select_option("at_least")
    page.get_by_label("Value").fill("2")
    keys.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Added: “First time?”")
    expect(page.get_by_text("Number of orders: at least 2")).to_be_visible()

    keys.press("ArrowRight")
    keys.press("Enter")
    keys.type("tag")
    keys.press("Enter")
    page.locator("#id_tag").fill("regular")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Add the tag “regular”")).to_be_visible()
    assert steps_of(chain) == [("1", "Thanks"), ("2", "First time?"), ("2a.1", "change of the customer")]

    keys.press("ArrowUp")
    keys.press("Alt+ArrowUp")
    expect(page.get_by_role("status")).to_have_text("Moved: “First time?”")
    keys.press("Control+c")
    expect(page.get_by_role("status")).to_have_text("Copied: “First time?”")
    keys.press("Control+v")
    expect(page.locator("[data-told]")).to_have_text("Pasted: “First time?”")
    keys.press("Delete")
    expect(page.get_by_role("status")).to_have_text("Deleted: “First time?”")
    for words in ("Undone: Deleted: “First time?”", "Undone: Pasted: “First time?”"):
        keys.press("Control+z")
        expect(page.get_by_role("status")).to_have_text(words)
    assert steps_of(chain) == [("1", "First time?"), ("1a.1", "change of the customer"), ("2", "Thanks")]


def drag_over(page, place, *, until):
    """As a hand does, which never holds quite still: where cards are still making way, one movement is not heard."""
    for nth in range(100):
        box = place.bounding_box()
        page.mouse.move(box["x"] + 10 + nth % 2, box["y"] + 14, steps=3)
        if until.count():
            return
        page.wait_for_timeout(100)
    pytest.fail("It was not taken there.")


def test_a_step_is_dragged_into_an_arm_or_moved_there_by_pressing(page, sign_in, live_server, shop):
    chain = draft_chain(message(name="a"), message(name="b"), branch((REPEAT,), (None,), name="known?"))
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")

    page.locator("article", has_text="1. a").locator("[data-grip]").hover()
    page.mouse.down()
    drag_over(page, page.get_by_label("Add a step to 3b"), until=page.locator(".pic-arm").nth(1).locator("article"))
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_text("Moved: “a”")
    assert steps_of(chain) == [("1", "b"), ("2", "known?"), ("2b.1", "a")]

    page.get_by_label("What to do with step 1").click()
    page.get_by_role("button", name="Move…").click()
    page.get_by_label("Add a step to 2a").click()
    expect(page.get_by_role("status")).to_have_text("Moved: “b”")
    assert steps_of(chain) == [("1", "known?"), ("1a.1", "b"), ("1b.1", "a")]


def test_on_a_phone_the_fields_of_a_wait_follow_its_kind_and_fit(page, sign_in, live_server, shop):
    chain = draft_chain(message(), wait(2), branch((REPEAT, message()), (None,), name="known?"))
    sign_in("Marketing")
    page.set_viewport_size(NARROW)
    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
    assert fits(page)
    page.get_by_role("button", name="2. Wait for 2 days").click()
    shown = {
        "time": {"wait_amount", "wait_unit"},
        "event": {"wait_event", "wait_this_order", "looks_back", "wait_amount", "wait_unit"},
        "offset": {"wait_amount", "wait_unit", "wait_from"},
        "hour": {"wait_hour", "wait_weekdays_0"},
        "date": {"wait_on", "wait_hour"},
        "monthday": {"wait_month_day", "wait_hour"},
    }
    for kind, names in shown.items():
        page.get_by_label("Waits").select_option(kind)
        for name in set().union(*shown.values()):
            field = page.locator(f"#id_{name}")
            expect(field).to_be_visible() if name in names else expect(field).to_be_hidden()
        assert fits(page), kind


def test_who_may_only_read_sees_what_applies_to_the_chain_and_to_the_step(page, sign_in, live_server, shop):
    chain = draft_chain(wait(2), event="feedback.left")
    sign_in("Managers")

    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
    expect(page.locator(".pic-plus")).to_have_count(0)
    page.get_by_role("button", name="rating or review left").click()
    expect(page.locator(".field-line", has_text="rating or review left")).to_be_visible()
    for other in ("Segment", "Day of the month"):
        expect(page.locator(".field-line", has_text=other)).to_have_count(0)

    page.get_by_role("button", name="1. Wait for 2 days").click()
    expect(page.locator(".field-line", has_text="How long")).to_be_visible()
    for other in ("Until", "Counted from", "Only on"):
        expect(page.locator(".field-line", has_text=other)).to_have_count(0)


def test_a_press_before_the_scripts_are_there_is_not_lost(page, sign_in, live_server):
    chain = draft_chain()
    sign_in("Marketing")

    def late(route):
        time.sleep(1)
        route.continue_()

    page.route("**/picture_p*.js", late)
    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/", wait_until="commit")
    page.get_by_role("button", name="Add a step at the beginning", exact=True).first.click()
    expect(page.get_by_role("dialog", name="Add a step")).to_be_visible()
