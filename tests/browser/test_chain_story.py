"""A whole chain, texts and all, from nothing to published on one page: by mouse, presses counted, and by keys."""

import re

import pytest
from playwright.sync_api import expect

from chains.definition.tree import all_nodes, tree_of
from chains.models import Chain

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = re.compile("What shall")
CARE_PAGE, SHOP_PAGE = "https://shop.example/care", "https://shop.example/new"


class Counted:
    """Does what a marketer does, and counts presses and pages. A choice from a list is two; typing is none."""

    def __init__(self, page):
        self.page, self.presses, self.loads = page, 0, 0
        self.keys = page.keyboard
        page.on("load", self._loaded)

    def _loaded(self, _page):
        self.loads += 1

    def press(self, place):
        self.presses += 1
        place.first.click()

    def button(self, name):
        self.press(self.page.get_by_role("button", name=name, exact=True))

    def choose(self, field, **option):
        self.presses += 2
        self.page.locator("[data-panel], form").get_by_label(field).first.select_option(**option)

    def pick(self, typed):
        """From a list that is open."""
        self.presses += 1
        pick(self.page, typed)

    def add(self, where, kind):
        self.button(where)
        self.press(self.page.locator("[data-additions]").get_by_role("button", name=kind))

    def save(self):
        self.button("Save")
        expect(self.page.locator("[data-panel]")).to_be_hidden()

    def enter(self, field, typed):
        self.page.get_by_label(field).fill(typed)
        self.keys.press("Enter")
        expect(self.page.locator("[data-panel]")).to_be_hidden()

    def begin_message(self):
        self.button("Save and write the message")
        expect(self.page.get_by_role("textbox", name="Subject")).to_be_focused()

    def write_subject(self, words):
        self.keys.type(words)
        for _line in ("subject", "preheader"):
            self.keys.press("Enter")
        expect(self.page.get_by_role("textbox", name="Text")).to_be_focused()

    def write_button(self, label, link):
        self.button("Add a block")
        self.pick("button")
        self.keys.type(label)
        self.keys.press("Enter")
        self.keys.type(link)

    def save_message(self):
        self.press(self.page.locator("[data-composer]").get_by_role("button", name="Save", exact=True))
        expect(self.page.locator("[data-composer]")).to_be_hidden()


def pick(page, typed):
    expect(page.get_by_role("combobox", name=LIST)).to_be_focused()
    page.keyboard.type(typed)
    expect(page.locator(".composer-pick [role=option]").first).to_contain_text(typed, ignore_case=True)
    page.keyboard.press("Enter")


def check_published(page):
    """All that the story wrote is what customers get."""
    expect(page.locator(".enc-pill-good", has_text="live")).to_be_visible()
    chain = Chain.objects.get(name="After the delivery")
    nodes = list(all_nodes(tree_of(chain)))
    assert [(node.number, node.step.kind, node.step.purpose) for node in nodes] == [
        ("1", "wait", "service"),
        ("2", "message", "service"),
        ("3", "wait", "service"),
        ("3a.1", "change", "service"),
        ("3a.2", "message", "marketing"),
        ("3b.1", "message", "marketing"),
    ]
    assert (chain.is_live, chain.goal, chain.control_share) == (True, "ordered", 10)
    assert (nodes[0].step.wait_amount, nodes[2].step.wait_event, nodes[2].step.wait_amount) == (3, "message.clicked", 4)
    care, coupon, short = (node.step.template for node in nodes if node.step.template)
    assert [one.name for one in (care, coupon, short)] == ["How is it, …?", "Something for you", "Free delivery!"]
    assert care.texts.get().subject == "How is it, {{ customer.first_name }}?"
    assert blocks_of(care) == [
        ("words", {"source": "Wipe it dry after use."}),
        ("button", {"label": "How to care for it", "link": CARE_PAGE}),
    ]
    assert blocks_of(coupon) == [
        ("words", {"source": "This is yours."}),
        ("coupon", {"title": "Free delivery", "note": ""}),
        ("button", {"label": "See what is new", "link": SHOP_PAGE}),
    ]
    assert short.texts.get().channel == "sms"
    assert blocks_of(short) == [("words", {"source": "Free delivery!"})]


def blocks_of(template):
    return [(block.kind, block.content) for block in template.texts.get().blocks.all()]


def test_a_chain_is_written_and_published_on_one_page_in_few_presses(page, sign_in, live_server, shop):
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/")
    marketer = Counted(page)

    marketer.press(page.locator('a[href$="/chains/chain/add/"]'))
    page.get_by_label("Name").first.fill("After the delivery")
    marketer.choose("Event", value="order.delivered")
    marketer.button("To the picture")
    marketer.add("Add a step at the beginning", "Wait For a time")
    marketer.enter("How long", "3")

    marketer.add("Add a step after 1", "Service message")
    marketer.begin_message()
    marketer.keys.type("How is it, /")
    marketer.presses += 1
    marketer.pick("first name")
    marketer.write_subject("?")
    marketer.keys.type("Wipe it dry after use.")
    marketer.write_button("How to care for it", CARE_PAGE)
    marketer.save_message()

    marketer.add("Add a step after 2", "Wait until something happens")
    marketer.enter("How long", "4")
    marketer.add("Add a step to 3a", "Coupon")
    marketer.choose("A coupon for", value="free_delivery")
    marketer.save()
    marketer.add("Add a step after 3a.1", "Marketing message")
    marketer.begin_message()
    marketer.write_subject("Something for you")
    marketer.keys.type("This is yours.")
    marketer.button("Add a block")
    marketer.pick("coupon")
    marketer.keys.type("Free delivery")
    marketer.write_button("See what is new", SHOP_PAGE)
    marketer.save_message()

    marketer.add("Add a step to 3b", "Marketing message")
    marketer.begin_message()
    marketer.press(page.get_by_role("tab", name="SMS"))
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    marketer.keys.type("Free delivery!")
    marketer.save_message()

    marketer.press(page.locator("#end [data-part]"))
    marketer.choose("Goal", label="ordered again")
    marketer.save()
    marketer.button("No control group")
    marketer.enter("control group, %", "10")
    expect(page.get_by_text("Control group 10 %")).to_be_visible()
    marketer.button("Publish…")
    marketer.button("Publish")

    check_published(page)
    assert marketer.presses <= 45
    assert marketer.loads <= 6


class Keys:
    """The same without a mouse: Tab, arrows, Enter, and the keys of the picture."""

    def __init__(self, page):
        self.page, self.type, self.press = page, page.keyboard.type, page.keyboard.press

    def go_to(self, place, by="Tab"):
        place = place.first
        expect(place).to_be_visible()
        for _press in range(150):
            if place.evaluate("node => node === document.activeElement"):
                return
            self.press(by)
        pytest.fail(f"{place} is not to be reached by {by}.")

    def button(self, name, within=None):
        self.go_to((within or self.page).get_by_role("button", name=name, exact=True))
        self.press("Enter")

    def choose(self, field, value):
        field = self.page.locator("[data-panel], form").get_by_label(field).first
        self.go_to(field)
        for _press in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            self.press("ArrowDown")
        assert field.input_value() == value

    def replace(self, field, typed):
        self.go_to(self.page.get_by_label(field))
        self.press("Control+a")
        self.type(typed)

    def at(self, card):
        """On the picture: the card that has the focus."""
        expect(card.first).to_be_focused()

    def add(self, kind):
        """Behind the card that has the focus."""
        self.press("+")
        self.choose_step(kind)

    def choose_step(self, kind):
        expect(self.page.locator("[data-search]")).to_be_focused()
        self.type(kind)
        self.press("Enter")
        expect(self.page.locator("[data-panel] form")).to_be_visible()

    def save(self):
        self.press("Enter")
        expect(self.page.locator("[data-panel]")).to_be_hidden()

    def begin_message(self):
        self.button("Save and write the message", self.page.locator("[data-panel]"))
        expect(self.page.get_by_role("textbox", name="Subject")).to_be_focused()

    def add_block(self, kind):
        self.button("Add a block")
        pick(self.page, kind)

    def save_message(self):
        self.press("Control+s")
        expect(self.page.locator(".composer-state")).to_have_text("Saved")
        self.press("Escape")
        expect(self.page.locator("[data-composer]")).to_be_hidden()


def test_the_same_chain_is_written_and_published_by_keyboard_alone(page, sign_in, live_server, shop):
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/")
    keys = Keys(page)
    cards = page.locator("[data-card]")

    keys.go_to(page.locator('a[href$="/chains/chain/add/"]'))
    keys.press("Enter")
    keys.go_to(page.get_by_label("Name"))
    keys.type("After the delivery")
    keys.choose("Event", "order.delivered")
    keys.button("To the picture")
    keys.go_to(page.locator("#entry"))
    keys.add("wait for a time")
    keys.replace("How long", "3")
    keys.save()

    keys.at(cards.filter(has_text="1."))
    keys.add("service message")
    keys.begin_message()
    keys.type("How is it, /")
    pick(page, "first name")
    keys.type("?")
    keys.go_to(page.get_by_role("textbox", name="Text"))
    keys.type("Wipe it dry after use.")
    keys.add_block("button")
    keys.type("How to care for it")
    keys.press("Enter")
    keys.type(CARE_PAGE)
    keys.save_message()

    keys.at(cards.filter(has_text="2."))
    keys.add("wait until something happens")
    keys.replace("How long", "4")
    keys.save()
    keys.at(cards.filter(has_text="3."))
    keys.press("ArrowRight")
    keys.press("Enter")
    keys.choose_step("coupon")
    keys.choose("A coupon for", "free_delivery")
    keys.button("Save", page.locator("[data-panel]"))
    keys.at(cards.filter(has_text="3a.1"))
    keys.add("marketing message")
    keys.begin_message()
    keys.type("Something for you")
    keys.go_to(page.get_by_role("textbox", name="Text"))
    keys.type("This is yours.")
    keys.add_block("coupon")
    keys.type("Free delivery")
    keys.add_block("button")
    keys.type("See what is new")
    keys.press("Enter")
    keys.type(SHOP_PAGE)
    keys.save_message()

    keys.at(cards.filter(has_text="3a.2"))
    keys.press("ArrowRight")
    keys.press("Enter")
    keys.choose_step("marketing message")
    keys.begin_message()
    keys.go_to(page.get_by_role("tab", name="Email"), by="Shift+Tab")
    while not page.get_by_role("tab", name="SMS").evaluate("node => node === document.activeElement"):
        keys.press("ArrowRight")
    keys.go_to(page.get_by_role("textbox", name="Text"))
    keys.type("Free delivery!")
    keys.save_message()

    keys.at(cards.filter(has_text="3b.1"))
    keys.press("End")
    keys.press("Enter")
    keys.choose("Goal", "ordered")
    keys.button("Save", page.locator("[data-panel]"))
    keys.button("No control group")
    keys.replace("control group, %", "10")
    keys.save()
    expect(page.get_by_text("Control group 10 %")).to_be_visible()
    keys.button("Publish…")
    keys.button("Publish", page.locator("[data-panel]"))

    check_published(page)
