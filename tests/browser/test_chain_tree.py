import pytest
from playwright.sync_api import expect

from chains.definition.tree import all_nodes, tree_of
from chains.models import Chain
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import draft_chain, message, wait

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_marketer_builds_a_branch_by_keyboard(page, sign_in, live_server, shop):
    chain = draft_chain(message(name="Thanks"), name="After an order")
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")

    page.get_by_label("Add a step after 1").press("Enter")
    page.locator("details[open]").get_by_role("link", name="branch").press("Enter")
    page.get_by_label("Name").first.fill("First time?")
    page.locator("#id_arms-0-name").fill("Regulars")
    field = page.get_by_role("combobox", name="What to ask about")
    field.fill("number of orders")
    field.press("Tab")
    page.get_by_label("How to compare").select_option("at_least")
    page.get_by_label("Value").fill("2")
    page.get_by_role("button", name="Save", exact=True).press("Enter")

    expect(page.get_by_text("Number of orders: at least 2")).to_be_visible()
    page.get_by_text("Add a step to 2a").press("Enter")
    page.locator("details[open]").get_by_role("link", name="change of the customer").press("Enter")
    expect(page.get_by_label("Attribute")).to_be_hidden()
    page.get_by_label("Tag").fill("regular")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("add the tag “regular”")).to_be_visible()

    page.get_by_label("Move step 2 up").press("Enter")
    expect(page.get_by_text("Moved up.")).to_be_visible()
    assert [(node.number, str(node.step)) for node in all_nodes(tree_of(chain))] == [
        ("1", "First time?"),
        ("1a.1", "change of the customer"),
        ("2", "Thanks"),
    ]
    page.get_by_role("button", name="Save and publish").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("live").first).to_be_visible()
    assert Chain.objects.get(name="After an order").is_live


def test_the_fields_of_a_wait_follow_its_kind_and_fit_a_phone(page, sign_in, live_server, shop):
    chain = draft_chain(message())
    sign_in("Marketing")
    page.set_viewport_size(NARROW)
    page.goto(f"{live_server.url}/admin/chains/step/add/?chain={chain.pk}&kind=wait")
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

    page.goto(f"{live_server.url}/admin/chains/step/add/?chain={chain.pk}&kind=branch")
    assert fits(page)


def test_who_may_only_read_sees_what_applies_to_the_chain_and_to_the_step(page, sign_in, live_server, shop):
    chain = draft_chain(wait(2), event="feedback.left")
    sign_in("Managers")

    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
    expect(page.locator(".field-line", has_text="rating or review left")).to_be_visible()
    for other in ("Segment", "Day of the month", "The goal is reached when"):
        expect(page.locator(".field-line", has_text=other)).to_have_count(0)

    page.goto(f"{live_server.url}/admin/chains/step/{chain.steps.get().pk}/change/")
    expect(page.locator(".field-line", has_text="How long")).to_be_visible()
    for other in ("Until", "Counted from", "Only on"):
        expect(page.locator(".field-line", has_text=other)).to_have_count(0)
