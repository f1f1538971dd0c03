"""A manager connects a webhook, copies its secret, sends a test order, and brings in the past of a shop."""

from django.utils import timezone

from crm.intake.history.history import fetch_next
from crm.intake.history.shops import SHOPS
from crm.intake.sources import note_heard
from crm.models import Delivery, Order, Source
from crm.outbound_http import session
from tests.browser.conftest import NARROW, fits
from tests.shop_server import SECRET, USER, ShopServer, serving


def test_a_manager_connects_a_webhook_and_tries_it(page, sign_in):
    sign_in("Managers")
    page.get_by_role("link", name="Where facts come from").click()
    page.locator('a[href$="/admin/crm/source/add/"]').first.click()
    page.locator("select[name=kind]").select_option("webhook")
    page.locator("[name=name]").fill("Till")
    page.get_by_role("button", name="Save", exact=True).click()

    source = Source.objects.get()
    assert page.locator("#source-secret").inner_text() == source.secret
    page.locator('[data-copy="source-secret"]').click()
    assert page.evaluate("getSelection().toString().trim()") == source.secret
    page.set_viewport_size(NARROW)
    assert fits(page)

    page.get_by_role("button", name="Send a test order").click()
    page.get_by_text("was undone at once").wait_for()
    assert page.get_by_text("order TEST-").count() == 1
    assert fits(page)
    assert (Order.objects.count(), Delivery.objects.count()) == (0, 0)

    page.get_by_role("link", name="Back").click()
    assert page.locator("#source-secret").count() == 0


def test_the_page_follows_a_past_that_comes_in(page, sign_in, live_server, settings, monkeypatch):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    monkeypatch.setitem(SHOPS, Source.Kind.WEBHOOK, SHOPS[Source.Kind.WOOCOMMERCE])
    shop = ShopServer()
    shop.rows["orders"] = [{"id": number, "date_created_gmt": "2024-05-01T10:00:00"} for number in range(1, 4)]
    sign_in("Managers")
    with serving(shop) as address:
        source = Source.objects.create(
            kind="webhook", name="Cups", site_address=address, api_user=USER, api_secret=SECRET
        )
        page.goto(f"{live_server.url}/admin/crm/source/{source.pk}/change/")
        page.get_by_role("button", name="Bring in its past").click()
        page.get_by_text("waiting for its turn").wait_for()
        page.evaluate("window.isTheSamePage = true")
        page.set_viewport_size(NARROW)
        assert fits(page)

        with session() as http:
            while fetch_next(timezone.now(), http):
                pass

    page.get_by_text("3 of 3").wait_for()
    assert page.get_by_text("all in").count() == 1
    assert page.evaluate("window.isTheSamePage")
    assert fits(page)


def test_a_manager_connects_a_site_and_sees_when_it_is_heard(page, sign_in, live_server):
    sign_in("Managers")
    page.goto(f"{live_server.url}/admin/crm/source/add/")
    page.locator("select[name=kind]").select_option("site")
    assert page.get_by_label("remember visitors only after they agree").is_checked()
    page.locator("input[name=name]").fill("Site")
    page.locator("input[name=site_address]").fill("https://kettle.example.com")
    page.get_by_role("button", name="Save", exact=True).click()

    source = Source.objects.get()
    assert f'data-key="{source.key}"></script>' in page.locator("#source-snippet").inner_text()
    assert page.locator("#source-secret").inner_text() == source.secret
    page.get_by_text("Encore has not heard your site yet").wait_for()
    page.set_viewport_size(NARROW)
    assert fits(page)

    note_heard(source, timezone.now())

    page.get_by_text("Encore heard your site at").wait_for()
    page.get_by_label("remember visitors only after they agree").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{live_server.url}/admin/crm/source/{source.pk}/change/")
    assert page.locator("#source-snippet").inner_text().endswith('data-consent="granted"></script>')
    assert page.locator("#source-consent").count() == 0
