"""A manager connects a webhook, copies its secret, and sends a test order."""

from crm.models import Delivery, Order, Source
from tests.browser.conftest import NARROW, fits


def test_a_manager_connects_a_webhook_and_tries_it(page, sign_in):
    sign_in("Managers")
    page.get_by_role("link", name="Where facts come from").click()
    page.locator('a[href$="/admin/crm/source/add/"]').first.click()
    page.locator("select[name=kind]").select_option("webhook")
    page.get_by_label("name").fill("Till")
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
