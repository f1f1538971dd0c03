import io
import json

import pytest
from django.core import mail
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from chains.messages.paragraphs import LinkList, lay_out
from chains.models import MessageTemplate, TemplateDraft, Touch
from chains.ready.install import add_ready_chains
from tests.browser.conftest import NARROW, fits
from tests.chains.channels.provider import running_provider
from tests.chains.channels.setups import SETUPS, set_up
from tests.chains.written_messages import saved_text
from tests.conftest import make_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture():
    made = io.BytesIO()
    Image.new("RGB", (1600, 900), (200, 120, 40)).save(made, "JPEG")
    return {"name": "kettle.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def add_block(page, kind):
    page.get_by_role("button", name="Add a block", exact=True).click()
    page.keyboard.type(kind)
    page.keyboard.press("Enter")


def test_a_marketer_writes_a_letter_without_a_brace(page, sign_in, live_server, shop, settings, tmp_path):
    settings.MEDIA_ROOT, settings.SITE_URL = tmp_path, live_server.url
    make_customer(first_name="", last_name="Berg", email="greta@example.com")
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/messagetemplate/add/")
    page.get_by_label("Name").fill("Care")
    page.keyboard.press("Enter")

    # By keyboard alone: the subject with a name and what is said without it, and words with a bold one.
    expect(page.get_by_role("textbox", name="Subject")).to_be_focused()
    page.keyboard.type("Hello ")
    page.keyboard.type("/first name")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_label("If it is not known, say")).to_be_focused()
    page.keyboard.type("there")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Text").focus()
    page.keyboard.type("Wipe it ")
    page.keyboard.press("Control+b")
    page.keyboard.type("dry")
    page.keyboard.press("Control+b")
    page.keyboard.type(".")

    letter = page.frame_locator(".composer-frame")
    expect(letter.locator("strong", has_text="dry")).to_be_visible()
    expect(page.locator(".composer-inbox")).to_contain_text("Hello Anna")

    add_block(page, "button")
    page.keyboard.type("Care for it")
    page.get_by_role("button", name="Pick a page").click()
    page.keyboard.type("rates the order")
    page.keyboard.press("Enter")
    add_block(page, "picture")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(picture())
    expect(page.locator(".composer-picture-look img")).to_be_visible()
    page.get_by_role("textbox", name="What it shows").click()
    page.keyboard.type("A kettle")
    add_block(page, "words")
    page.keyboard.type("You are one of our own.")
    page.get_by_role("button", name="Shown to everybody").last.click()
    field = page.get_by_role("combobox", name="What to ask about")
    field.fill("number of orders")
    field.press("Tab")
    page.get_by_label("How to compare").select_option("at_least")
    page.get_by_label("Value").fill("2")
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    personal = page.get_by_role("button", name="Shown to: Number of orders: at least 2")
    expect(personal).to_be_visible()

    # One act is one step back.
    page.locator(".composer-handle").last.press("Control+z")
    expect(personal).to_have_count(0)
    page.locator(".composer-handle").last.press("Control+Shift+z")
    expect(personal).to_be_visible()
    page.locator(".composer-handle").last.press("Alt+ArrowUp")
    expect(page.locator(".composer-block .enc-strong")).to_have_text(["Words", "Button", "Words", "Picture"])

    # A real customer without a name, who does not see the personal block.
    page.get_by_role("button", name="A made-up customer").click()
    page.keyboard.type("greta@example.com")
    page.get_by_role("option", name="Berg").click()
    expect(page.locator(".composer-inbox")).to_contain_text("Hello there")
    expect(page.locator(".composer-ghost:visible")).to_have_text("not shown to this customer")
    expect(letter.get_by_text("You are one of our own.")).to_have_count(0)

    page.get_by_role("tab", name="Russian").click()
    page.get_by_role("button", name="Begin with a copy of the text in English").click()
    page.get_by_role("textbox", name="Subject").press("Control+a")
    page.keyboard.type("Уход")
    expect(page.locator(".composer-inbox")).to_contain_text("Уход")
    expect(page.get_by_text("Draft kept")).to_be_visible()

    page.reload()
    expect(page.get_by_text("Draft of marketing, just now.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Subject")).to_have_text("Уход")
    assert not MessageTemplate.objects.get(name="Care").texts.exists()

    page.get_by_role("button", name="Send a test").click()
    page.get_by_label("Send to").fill("anna@example.com")
    page.get_by_label("Which text").select_option("")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("anna@example.com")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    assert [sent.subject for sent in mail.outbox] == ["Test: Hello Anna", "Test: Уход"]
    assert not TemplateDraft.objects.exists()
    english, russian = MessageTemplate.objects.get(name="Care").texts.order_by("language")
    assert english.subject == "Hello {{ customer.first_name | default: 'there' }}"
    words, button, mine, shown = english.blocks.all()
    assert words.content == {"source": "Wipe it **dry**."}
    assert button.content == {"label": "Care for it", "link": "{{ rate_url }}"}
    assert mine.rule == {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
    assert shown.content["url"].startswith(f"{live_server.url}/m/pictures/")
    assert (russian.subject, russian.blocks.count()) == ("Уход", 4)
    assert not Touch.objects.exists()

    page.set_viewport_size(NARROW)
    page.get_by_role("button", name="Look").click()
    expect(page.locator(".composer-frame")).to_be_visible()
    assert fits(page)


# As the browser tells of a file that is let go of, or pasted.
GIVE = """async ([kind, place, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(bytes)], "kettle.jpg", { type: "image/jpeg" }));
    const node = document.querySelector(place);
    const { x, top } = node.getBoundingClientRect();
    const more = { bubbles: true, cancelable: true };
    const about = kind === "paste" ? { clipboardData: data } : { dataTransfer: data, clientX: x + 5, clientY: top + 2 };
    const Event = kind === "paste" ? ClipboardEvent : DragEvent;
    const steps = kind === "paste" ? ["paste"] : ["dragover", "drop"];
    for (const step of steps) node.dispatchEvent(new Event(step, { ...more, ...about }));
}"""


def test_a_picture_let_go_of_among_the_blocks_or_pasted_becomes_a_block(
    page, sign_in, live_server, shop, settings, tmp_path
):
    settings.MEDIA_ROOT, settings.SITE_URL = tmp_path, live_server.url
    template = saved_text(words="One").template
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/messagetemplate/{template.pk}/change/")
    bytes_of = list(picture()["buffer"])
    kinds = page.locator(".composer-block .enc-strong")
    expect(kinds).to_have_text(["Words"])

    page.evaluate(GIVE, ["drop", ".composer-block", bytes_of])
    expect(kinds).to_have_text(["Picture", "Words"])
    expect(page.locator(".composer-picture-look img")).to_have_count(1)
    page.evaluate(GIVE, ["paste", ".composer-block [role=textbox][aria-multiline=true]", bytes_of])
    expect(kinds).to_have_text(["Picture", "Words", "Picture"])
    expect(page.locator(".composer-picture-look img")).to_have_count(2)
    page.get_by_role("tab", name="SMS").click()
    page.evaluate(GIVE, ["paste", ".composer-block [role=textbox]", bytes_of])
    expect(kinds).to_have_text(["Words"])


def test_what_the_health_check_says_stands_at_its_block_while_typing(page, sign_in, live_server, shop):
    template = saved_text(words="See [first](https://shop.example/first).").template
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/messagetemplate/{template.pk}/change/")

    add_block(page, "button")
    page.keyboard.type("Second")
    page.keyboard.press("Enter")
    page.keyboard.type("https://shop.example/second")

    advice = page.locator(".composer-block").last.locator(".composer-advice")
    expect(advice).to_contain_text("2 calls to action, where one is enough: “first”, “Second”.")
    expect(page.get_by_text("To mend")).to_be_hidden()
    page.locator(".composer-handle").last.press("Delete")
    expect(page.get_by_text("calls to action")).to_have_count(0)


def test_a_test_of_a_channel_that_is_not_connected_says_what_is_to_be_done(page, sign_in, live_server, shop):
    template = saved_text(words="One").template
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/messagetemplate/{template.pk}/change/")

    page.get_by_role("tab", name="SMS").click()
    page.get_by_role("button", name="Send a test").click()

    dialog = page.get_by_role("dialog", name="Send a test: SMS (phone)")
    expect(dialog).to_contain_text("SMS (phone) is not connected yet, so nothing can be sent there.")
    expect(dialog).to_contain_text("Twilio or another gateway has to be connected.")
    expect(dialog.get_by_role("button", name="Send", exact=True)).to_have_count(0)


def test_an_sms_is_tried_on_the_number_typed_as_the_chosen_customer_gets_it(page, sign_in, live_server, shop, settings):
    template = saved_text(channel="sms", subject="", words="Hello {{ customer.first_name }}").template
    make_customer(first_name="Greta", last_name="Berg", email="greta@example.com")
    sign_in("Marketing")
    with running_provider() as provider:
        set_up("gateway", provider.url, settings)
        provider.says(*SETUPS["gateway"].taken)
        page.goto(f"{live_server.url}/admin/chains/messagetemplate/{template.pk}/change/")
        page.get_by_role("button", name="A made-up customer").click()
        page.keyboard.type("greta@example.com")
        page.get_by_role("option", name="Berg").click()

        page.get_by_role("button", name="Send a test").click()
        page.get_by_label("Send to").fill("+7 999 123-45-67")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The provider took it")).to_be_visible()

    assert [request.json for request in provider.requests] == [{"to": "+79991234567", "text": "Hello Greta"}]


# What the editor does with a text: null where it is edited as written, or else what it would write anew.
REWRITTEN = """async (sources) => {
    const { words } = await import("/static/chains/composer/words_document.js");
    return sources.map((source) => {
        const doc = words.read(source);
        return doc && words.write(doc);
    });
}"""
TYPED = [
    "Hello {{ customer.first_name | default: 'there' }}!",
    "Hello{% if customer.first_name != '' %}, {{ customer.first_name }}{% endif %}!",
    "{% if coupon.code != '' %}Code {{ coupon.code }} for you{% else %}No code{% endif %}",
    "**Bold**, *slanted*, _slanted_ and [**a link**](https://a.example/?q={{ order.number }})",
    "# Heading\n\n- one\n- two **three**\n\n1. first\n2. second",
    "A line\nand another\n- an item\n  that goes on",
    "2 \\* 3, snake_case, \\_under\\_, 50% [not a link], a\\\\b, 5. five\n\\- no item",
    "Before\n{% if product.warranty_until != '' %}\nUntil **{{ product.warranty_until }}**.\n\n- a\n{% endif %}\nAfter",
    "**Now:**soon and «**так**»",
]
AS_WRITTEN = [
    "{% for line in order.lines %}{{ line.name }}{% endfor %}",
    "`code` and **open",
    "> quoted",
    "a\n---",
    "- one\n    - deeper",
    "{{ customer.first_name",
    "{% if order.number != '' %}\nOne.\n{% else %}\nAnother.\n{% endif %}",
]


def test_a_text_that_is_opened_says_the_same_when_it_is_written_anew(page, sign_in, live_server, shop):
    add_ready_chains("en", timezone.now())
    sign_in("Marketing")
    ready = [
        block.content["source"]
        for template in MessageTemplate.objects.prefetch_related("texts__blocks")
        for text in template.texts.all()
        for block in text.blocks.all()
        if block.kind == "words"
    ]

    written = page.evaluate(REWRITTEN, [*ready, *TYPED])

    assert len(ready) > 40
    for source, again in zip([*ready, *TYPED], written, strict=True):
        if again is not None:
            assert lay_out(again, LinkList()).html == lay_out(source, LinkList()).html, source
            assert lay_out(again, LinkList()).text == lay_out(source, LinkList()).text, source
    assert page.evaluate(REWRITTEN, AS_WRITTEN) == [None] * len(AS_WRITTEN)
    shown_rich = [again is not None for again in written]
    assert sum(shown_rich[: len(ready)]) > len(ready) * 3 / 4
    assert sum(shown_rich[len(ready) :]) >= len(TYPED) - 1


def test_opening_and_leaving_changes_not_a_byte(page, sign_in, live_server, shop):
    source = 'Hello  {{customer.first_name|default:"there"}}\n\n\n* a\n* b\n\nBye '
    template = saved_text(words=source).template
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/chains/messagetemplate/{template.pk}/change/")
    expect(page.get_by_role("textbox", name="Text")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Renamed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    assert json.dumps(template.texts.get().blocks.get().content["source"]) == json.dumps(source)
