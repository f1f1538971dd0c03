"""Every page that customers and their friends reach: no serious fault, nothing sticking out, 100 KB at most."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve

from tests.browser.conftest import NARROW, PERSON, WIDE, fits
from tests.config.pages.public_pages import open_public_pages
from tests.config.pages.rules import PUBLIC

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("channels_connected"),
]
SHOTS = os.environ.get("ENCORE_SHOTS")
MOST_BYTES = 100_000
# The page itself with its style and its scripts; pictures come when they are scrolled to.
WEIGHT = """() => performance.getEntries()
    .filter((one) => one.entryType === "navigation" || ["link", "script", "css"].includes(one.initiatorType))
    .reduce((sum, one) => sum + one.decodedBodySize, 0)"""
AXE = """() => axe.run(document, { resultTypes: ["violations"] }).then((told) => told.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 200))]))"""
PRESS = """([address, fields]) => {
    const form = document.createElement("form");
    [form.method, form.action] = ["post", address];
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("input");
        [input.type, input.name, input.value] = ["hidden", name, value];
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""
# Pictures, scripts, feeds, what leads on and what is pressed alone; the reference of the API is for programmers.
NO_PAGES = {
    "favicon.ico", "set_language", "healthz", "site_script", "reviews_script", "push_worker", "look", "open", "click",
    "short", "picture", "review-photo", "review_photo", "review_photo_small", "job_picture", "referral_card",
    "reviews_json", "reviews_rss", "reviews_xml", "openapi-json", "openapi-view", "my-enter-order", "my-subscription",
}  # fmt: skip


@pytest.fixture
def phone(chromium, live_server):
    context = chromium.new_context(locale="en", user_agent=PERSON)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def pages(shop, settings, live_server):
    settings.SITE_URL = live_server.url
    return open_public_pages(shop)


def faults_of(page, name):
    """In the light and in the dark, on a desk and on a phone."""
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    page.evaluate(Axe().axe_script)
    found = {}
    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            told = page.evaluate(AXE) + ([] if fits(page) else [["sticks out"]])
            if told:
                found[name, scheme, size["width"]] = told
            if SHOTS:
                page.screenshot(path=f"{SHOTS}-{name}-{scheme}-{size['width']}.png".replace(" ", "_"), full_page=True)
    weight = page.evaluate(WEIGHT)
    assert weight > 1_000
    return found if weight <= MOST_BYTES else found | {name: weight}


@pytest.mark.parametrize("kind", ["opened", "of_their_own", "pressed"])
def test_no_page_for_customers_has_a_serious_fault(phone, live_server, pages, kind):
    phone.goto(live_server.url + pages.of_their_own["in"])

    found = {}
    for name, told in getattr(pages, kind).items():
        if kind == "pressed":
            address, fields = told
            with phone.expect_navigation():
                phone.evaluate(PRESS, [live_server.url + address, fields])
        else:
            phone.goto(live_server.url + told)
        found |= faults_of(phone, name)

    assert found == {}


def test_every_public_page_is_among_them(pages):
    pressed = [address for address, _fields in pages.pressed.values()]
    asked = [*pages.opened.values(), *pages.of_their_own.values(), *pressed]
    known = {resolve(address.partition("?")[0]).url_name for address in asked}
    to_be_looked_at = {name for name, (fetched, _sent) in PUBLIC.items() if fetched != 405}

    assert to_be_looked_at - NO_PAGES - known == set()
