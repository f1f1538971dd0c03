"""Encore's script on a shop's site of another origin: what a visitor does arrives, and nothing before they agree."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Error

from crm.intake import deliveries
from crm.intake.doors import read
from crm.intake.site.reading import signature_of
from crm.intake.sources import new_secret
from crm.models import AnonymousEvent, Delivery, Event, Source
from tests.browser.conftest import NARROW, WIDE, fits, wait_until_nobody_asks
from tests.browser.shop_site import ShopSite
from tests.chains.written_messages import make_touch
from tests.conftest import make_customer
from tests.faults.celery_processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTHING_KEPT = {"cookie": "", "storage": {}}


@pytest.fixture
def site(live_server):
    cache.clear()
    site = ShopSite(live_server.url)
    yield site
    site.close()


@pytest.fixture
def source(site):
    return Source.objects.create(kind="site", name="Site", secret=new_secret("site"), site_address=site.url)


@pytest.fixture
def paste(site, source):
    """Encore's line in every page, as its page in the admin shows it."""

    def paste(**attributes):
        told = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
        site.head += f'<script async src="{site.encore}/encore.js" data-key="{source.key}"{told}></script>'

    return paste


@pytest.fixture
def browse(visitors_chromium, site):
    """A visitor's browser; the test fails when a script or the site's policy complains."""
    opened, complaints = [], []

    def browse(viewport=WIDE, before=""):
        context = visitors_chromium.new_context(viewport=viewport)
        context.set_default_timeout(20_000)
        if before:
            context.add_init_script(before)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        return page

    yield browse
    for context in opened:
        context.close()
    wait_until_nobody_asks()
    assert complaints == []


def visit(page, address):
    page.goto(address)
    wait_in(page, "!!window.encore?.identify")


def wait_in(page, condition):
    """Asked from outside again and again: playwright's own way evaluates text in the page, which its policy forbids."""
    wait_for(lambda: page.evaluate(condition), 20, lambda: condition)


def stop_clock(page):
    """From now on time passes in its pages only by `run_for`."""
    page.clock.install()
    page.clock.pause_at(timezone.now() + dt.timedelta(seconds=1))


def kept_in(page):
    return page.evaluate("({cookie: document.cookie, storage: {...localStorage}})")


def arrived(count):
    """Waits for so many messages, and applies them."""
    wait_for(lambda: Delivery.objects.count() >= count, 20, lambda: str(list(Delivery.objects.values("payload"))))
    deliveries.apply_due(timezone.now(), read)
    assert Delivery.objects.count() == count, list(Delivery.objects.values_list("payload", flat=True))


def viewed(site, events=AnonymousEvent):
    """Two that are sent at leaving may overtake each other on their way."""
    views = events.objects.filter(kind="page.viewed").values_list("properties", flat=True)
    return sorted((one["url"].removeprefix(site.url), one["title"], one["seconds"]) for one in views)


def test_a_visit_is_told_once_with_the_seconds_it_was_looked_at(site, paste, browse):
    paste(consent="granted")
    page = browse()
    stop_clock(page)
    visit(page, f"{site.url}/kettles?colour=red")
    page.clock.run_for(12_000)

    page.goto(f"{site.url}/teapots")

    arrived(1)
    assert viewed(site) == [("/kettles?colour=red", "Kettles", 12)]
    cookie = page.context.cookies()[0]
    assert (cookie["name"], cookie["sameSite"]) == ("encore_id", "Lax")
    assert AnonymousEvent.objects.get().anonymous_id == cookie["value"]


def test_pages_that_change_without_loading_are_visits_of_their_own(site, paste, browse):
    paste(consent="granted")
    page = browse()
    stop_clock(page)
    visit(page, f"{site.url}/kettles")
    page.clock.run_for(3_000)
    page.evaluate("history.pushState({}, '', '/kettles/1'); document.title = 'Kettle 1'")
    page.clock.run_for(4_000)
    page.evaluate("history.replaceState({}, '', '/kettles/1#size'); encore.page('Kettle', {sku: 'K-1'})")
    page.evaluate("history.back()")
    wait_in(page, "location.pathname === '/kettles'")
    page.clock.run_for(2_000)

    page.goto("about:blank")

    arrived(3)
    assert viewed(site) == [("/kettles", "Kettle 1", 2), ("/kettles", "Kettles", 3), ("/kettles/1", "Kettle 1", 4)]
    assert AnonymousEvent.objects.filter(properties__sku="K-1").count() == 1


def test_a_hidden_page_does_not_count_and_may_be_shown_again(site, paste, browse):
    paste(consent="granted")
    page = browse(before="window.isHidden = false; Object.defineProperty(document, 'hidden', {get: () => isHidden});")
    stop_clock(page)
    visit(page, f"{site.url}/kettles")
    show = "isHidden = {}; document.dispatchEvent(new Event('visibilitychange'))"
    page.clock.run_for(5_000)
    page.evaluate(show.format("true"))
    page.clock.run_for(60_000)
    arrived(1)
    assert viewed(site) == []

    page.evaluate(show.format("false"))
    page.clock.run_for(7_000)
    page.goto("about:blank")

    wait_for(lambda: Delivery.objects.get().payload["properties"]["seconds"] == 12, 20)
    arrived(1)
    assert viewed(site) == [("/kettles", "Kettles", 12)]


def test_nothing_is_kept_or_sent_before_a_visitor_agrees_nor_after_they_refuse(site, paste, browse):
    site.script("/shop.js", "window.encore = []; encore.push(['track', 'Product Viewed', {sku: 'K-1'}]);")
    paste()
    page = browse()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/" in request.url else None)
    visit(page, f"{site.url}/kettles")
    page.evaluate("encore.track('Cart Viewed'); encore.identify('7')")
    assert page.evaluate("encore.user().anonymousId()") is None
    assert kept_in(page) == NOTHING_KEPT
    visit(page, f"{site.url}/teapots")
    assert (asked, kept_in(page)) == ([], NOTHING_KEPT)

    page.evaluate("encore.consent(true)")

    arrived(1)
    assert Delivery.objects.get().payload["event"] == "Product Viewed"
    assert page.context.cookies()[0]["name"] == "encore_id"
    visit(page, f"{site.url}/kettles")
    arrived(3)

    page.evaluate("encore.consent(false)")
    assert kept_in(page) == {"cookie": "", "storage": {"encore.consent": "no"}}
    page.evaluate("encore.track('Cart Viewed')")
    visit(page, f"{site.url}/teapots")
    page.goto("about:blank")
    arrived(3)


@pytest.mark.parametrize("wish", ["globalPrivacyControl', {value: true", "doNotTrack', {value: '1'"])
def test_a_browser_that_asks_not_to_be_tracked_is_not(site, paste, browse, wish):
    paste(consent="granted")
    page = browse(before=f"Object.defineProperty(Navigator.prototype, '{wish}}});")
    visit(page, f"{site.url}/kettles")
    page.evaluate("encore.consent(true); encore.track('Cart Viewed')")
    page.goto(f"{site.url}/teapots")

    assert page.context.cookies() == []
    assert not Delivery.objects.exists()


def test_who_comes_from_a_letter_on_a_telephone_is_recognised(site, paste, browse, shop):
    letter = make_touch(links=[f"{site.url}/kettles?colour=red#top"])
    paste()
    page = browse(NARROW)

    visit(page, site.encore + reverse("chains:click", args=[letter.token, 0]))

    assert page.url == f"{site.url}/kettles?colour=red#top"
    assert fits(page)
    page.evaluate("encore.track('Product Viewed', {sku: 'K-1'}); encore.consent(true)")
    arrived(2)
    page.goto(f"{site.url}/teapots")
    arrived(3)
    found = Event.objects.filter(customer=letter.customer, kind__in=["product_viewed", "page.viewed"])
    assert sorted(found.values_list("kind", flat=True)) == ["page.viewed", "product_viewed"]
    assert [address for address, _title, _seconds in viewed(site, Event)] == ["/kettles?colour=red#top"]


def test_who_is_logged_in_is_known_by_the_shops_signature(site, source, paste, browse):
    ann = make_customer(external_id="7", first_name="Ann")
    paste(consent="granted", user_id="7", user_hash=signature_of("7", source.secret))
    page = browse()
    visit(page, f"{site.url}/kettles")
    page.evaluate("encore.track('Product Viewed')")
    arrived(2)
    assert Event.objects.get(kind="product_viewed").customer == ann
    device = page.evaluate("encore.user().anonymousId()")

    page.evaluate("encore.identify('8', {firstName: 'Eve'}); encore.track('Cart Viewed')")

    arrived(4)
    assert page.evaluate("[encore.user().id(), encore.user().anonymousId()]")[0] == "8"
    assert AnonymousEvent.objects.get().kind == "cart_viewed"
    assert AnonymousEvent.objects.get().anonymous_id != device


def test_what_encore_did_not_answer_is_sent_again_once(site, paste, browse):
    paste(consent="granted")
    page = browse()
    visit(page, f"{site.url}/kettles")
    tries = []

    def break_off(route):
        tries.append(route.request.url)
        if len(tries) == 1:
            route.abort()
        elif len(tries) == 2:
            # It arrives, and nobody hears so.
            route.fetch()
            route.fulfill(status=503)
        else:
            route.continue_()

    page.route("**/v1/batch", break_off)
    page.evaluate("encore.track('Product Viewed', {}, {}, () => window.isCalled = true)")
    wait_in(page, "window.isCalled")

    wait_for(lambda: page.evaluate("true") and len(tries) == 3, 20)
    wait_in(page, "Object.keys(localStorage).every((name) => !name.startsWith('encore:'))")
    arrived(1)
    assert AnonymousEvent.objects.get().kind == "product_viewed"


def test_a_visit_whose_tab_was_killed_is_told_by_the_next_one(site, paste, browse):
    paste(consent="granted")
    page = browse()
    stop_clock(page)
    visit(page, f"{site.url}/kettles")
    page.clock.run_for(11_000)
    wait_in(page, "Object.keys(localStorage).some((name) => name.startsWith('encore:'))")
    context = page.context
    with pytest.raises(Error):
        page.goto("chrome://crash")
    page.close()

    other = context.new_page()
    visit(other, f"{site.url}/teapots")
    other.clock.run_for(40_000)

    arrived(1)
    assert viewed(site) == [("/kettles", "Kettles", 10)]


def test_staff_are_not_counted_in_a_browser_that_said_so(site, paste, browse):
    paste(consent="granted")
    page = browse()
    visit(page, f"{site.url}/kettles#encore=off")
    page.evaluate("encore.consent(true); encore.track('Cart Viewed')")
    visit(page, f"{site.url}/teapots")
    page.goto("about:blank")
    assert not Delivery.objects.exists()

    visit(page, f"{site.url}/kettles#encore=on")
    page.evaluate("encore.track('Cart Viewed')")
    arrived(1)


def test_without_storage_and_cookies_visits_arrive_all_the_same(site, paste, browse):
    paste(consent="granted")
    nowhere = "{get() { throw new DOMException('no', 'SecurityError'); }}"
    page = browse(
        before=f"Object.defineProperty(window, 'localStorage', {nowhere});"
        "Object.defineProperty(Document.prototype, 'cookie', {get: () => '', set() {}});"
    )
    visit(page, f"{site.url}/kettles")
    page.evaluate("encore.track('Cart Viewed'); encore.track('Product Viewed')")

    arrived(2)
    assert len(set(AnonymousEvent.objects.values_list("anonymous_id", flat=True))) == 1


def test_analytics_is_another_name_unless_it_is_taken(site, paste, browse):
    site.script("/shop.js", "if (location.pathname === '/taken') window.analytics = 'theirs';")
    paste()
    page = browse()

    visit(page, f"{site.url}/kettles")
    assert page.evaluate("analytics === encore")
    visit(page, f"{site.url}/taken")
    assert page.evaluate("analytics") == "theirs"
