"""The picture of a chain: put together by mouse and by keyboard, on a phone, and read by who may only read."""

import time

import pytest
from playwright.sync_api import expect

from chains.definition.tree import all_nodes, tree_of
from chains.models import Chain
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import branch, draft_chain, make_template, message, wait

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


class Counted:
    """Does what a marketer does, and counts presses and pages; a choice from a list is two presses."""

    def __init__(self, page):
        self.page, self.presses, self.loads = page, 0, 0
        page.on("load", self._loaded)

    def _loaded(self, _page):
        self.loads += 1

    def press(self, name, role="button", **options):
        self.presses += 1
        self.page.get_by_role(role, name=name, **options).first.click()

    def choose(self, field, **option):
        self.presses += 2
        self.page.locator("[data-panel], form").get_by_label(field).first.select_option(**option)

    def add(self, where, kind):
        self.press(where, exact=True)
        self.presses += 1
        self.page.locator("[data-additions]").get_by_role("button", name=kind).first.click()

    def save(self):
        self.press("Save", exact=True)
        expect(self.page.locator("[data-panel]")).to_be_hidden()


@pytest.fixture
def letters(shop):
    care = make_template(subject="How to care for it")
    coupon = make_template(purpose="marketing", subject="For you", words="Your coupon: {{ coupon.code }}")
    short = make_template(purpose="marketing", channel="sms", subject="", words="Something for you")
    for template, name in ((care, "Care"), (coupon, "Coupon letter"), (short, "Short message")):
        template.name = name
        template.save()


def steps_of(chain):
    return [(node.number, str(node.step)) for node in all_nodes(tree_of(chain))]


def test_a_chain_is_built_and_published_on_one_page_in_few_presses(page, sign_in, live_server, letters):
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/")
    marketer = Counted(page)

    page.goto(f"{live_server.url}/admin/chains/chain/add/")
    marketer.presses += 1
    page.get_by_label("Name").first.fill("After the delivery")
    marketer.choose("Event", value="order.delivered")
    marketer.press("To the picture")
    marketer.add("Add a step at the beginning", "Wait For a time")
    page.get_by_label("How long").fill("3")
    marketer.save()
    marketer.add("Add a step after 1", "Message")
    marketer.choose("Template", label="Care")
    marketer.save()
    marketer.add("Add a step after 2", "Wait until something happens")
    marketer.choose("Until", value="message.clicked")
    page.get_by_label("How long").fill("4")
    marketer.save()
    marketer.add("Add a step to 3a", "Coupon")
    marketer.choose("A coupon for", value="free_delivery")
    marketer.save()
    marketer.add("Add a step after 3a.1", "Message")
    marketer.choose("Template", label="Coupon letter")
    marketer.save()
    marketer.add("Add a step to 3b", "Message")
    marketer.choose("Template", label="Short message")
    marketer.save()
    marketer.presses += 1
    page.locator("#end [data-part]").click()
    marketer.choose("Goal", label="ordered again")
    marketer.save()
    marketer.press("No control group")
    page.get_by_label("control group, %").fill("10")
    marketer.save()
    expect(page.get_by_text("Control group 10 %")).to_be_visible()
    marketer.press("Publish…")
    marketer.press("Publish", exact=True)
    expect(page.locator(".enc-pill-good", has_text="live")).to_be_visible()

    chain = Chain.objects.get(name="After the delivery")
    assert [(node.number, node.step.kind, node.step.purpose) for node in all_nodes(tree_of(chain))] == [
        ("1", "wait", "service"),
        ("2", "message", "service"),
        ("3", "wait", "service"),
        ("3a.1", "change", "service"),
        ("3a.2", "message", "marketing"),
        ("3b.1", "message", "marketing"),
    ]
    assert (chain.is_live, chain.goal, chain.control_share) == (True, "ordered", 10)
    assert marketer.presses <= 40
    assert marketer.loads <= 3


def test_a_chain_is_built_by_keyboard_and_undone(page, sign_in, live_server, letters):
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


def test_a_step_is_dragged_into_an_arm_or_moved_there_by_pressing(page, sign_in, live_server, shop):
    chain = draft_chain(message(name="a"), message(name="b"), branch((REPEAT,), (None,), name="known?"))
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")

    page.locator("article", has_text="1. a").locator("[data-grip]").hover()
    page.mouse.down()
    page.get_by_label("Add a step to 3b").hover()
    place = page.get_by_label("Add a step to 3b").bounding_box()
    page.mouse.move(place["x"] + 10, place["y"] + 14, steps=10)
    expect(page.locator(".pic-arm").nth(1).locator("article")).to_have_count(1)
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
