"""Beside the picture of a chain: several steps chosen at once, the forms of steps, the history."""

import pytest
from playwright.sync_api import expect

from chains.definition.tree import all_nodes, tree_of
from tests.chains.factories import branch, draft_chain, message, until, wait

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


@pytest.fixture
def chain(page, sign_in, live_server, shop):
    made = draft_chain(
        message(name="Thanks"), wait(3), message(name="Care"), branch((REPEAT, message(name="Again")), (None,)), wait(7)
    )
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/{made.pk}/change/")
    return made


def steps_of(chain):
    return [f"{node.number} {node.step}" for node in all_nodes(tree_of(chain))]


def card(page, number):
    return page.locator(f'[data-card][aria-label^="{number}. "]')


def test_chosen_with_shift_they_are_cut_pasted_and_undone_as_one(page, chain):
    whole = ["1 Thanks", "2 wait", "3 Care", "4 branch", "4a.1 Again", "5 wait"]
    assert steps_of(chain) == whole

    card(page, 2).click(position={"x": 4, "y": 4})
    page.locator("[data-panel]").get_by_role("button", name="Cancel").click()
    card(page, 4).click(position={"x": 4, "y": 4}, modifiers=["Shift"])
    expect(page.locator(".is-chosen")).to_have_count(3)
    expect(page.locator("[data-panel]")).to_be_hidden()
    page.keyboard.press("Control+x")
    expect(page.locator("[data-told]")).to_have_text("Deleted: 3 steps")
    assert steps_of(chain) == ["1 Thanks", "2 wait"]

    card(page, 2).focus()
    page.keyboard.press("Control+v")
    expect(page.locator("[data-told]")).to_have_text("Pasted: 3 steps")
    assert steps_of(chain) == ["1 Thanks", "2 wait", "3 wait", "4 Care", "5 branch", "5a.1 Again"]

    page.keyboard.press("Control+z")
    expect(page.locator("[data-told]")).to_have_text("Undone: Pasted: 3 steps")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-told]")).to_have_text("Undone: Deleted: 3 steps")
    assert steps_of(chain) == whole


def test_arrows_with_shift_choose_and_arrows_alone_let_go(page, chain):
    card(page, 2).focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator(".is-chosen")).to_have_count(2)

    page.keyboard.press("ArrowDown")
    expect(page.locator(".is-chosen")).to_have_count(0)

    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Delete")
    expect(page.locator("[data-told]")).to_have_text("Deleted: 2 steps")
    assert steps_of(chain) == ["1 Thanks", "2 wait", "3 wait"]


def test_steps_of_two_arms_are_not_chosen_together(page, chain):
    card(page, 3).focus()
    card(page, "4a.1").click(position={"x": 4, "y": 4}, modifiers=["Shift"])

    expect(page.locator(".is-chosen")).to_have_count(1)


def test_the_fields_of_a_wait_for_an_event_stand_close_together(page, sign_in, live_server, shop):
    chain = draft_chain(message(), until("message.clicked"))
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")

    page.locator("[data-open]").nth(1).click()

    panel = page.locator("[data-panel]")
    for field in ("Only about the order of the chain", "It may have happened since the start of the chain"):
        switch = panel.locator(".field-line", has=page.get_by_label(field)).bounding_box()
        assert switch["height"] < 250
    expect(panel.get_by_text("Any such event")).to_be_visible()


def test_the_history_opens_beside_the_picture(page, chain):
    card(page, 2).focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-told]")).to_have_text("Deleted: wait for 3 days")

    page.locator("[data-history]").click()

    panel = page.locator("[data-panel]")
    expect(panel.get_by_role("heading", name="History")).to_be_visible()
    expect(panel.get_by_text("Removed: 2. wait for 3 days")).to_be_visible()
