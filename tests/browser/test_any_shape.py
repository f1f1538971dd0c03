"""A manager says of a builder's message which field is what, by mouse, by keyboard and on a phone."""

from urllib.parse import urlencode

import pytest
from django.utils import timezone

from crm.intake import deliveries
from crm.intake.doors import read
from crm.models import Delivery, Order, Source
from tests.browser.conftest import NARROW, fits
from tests.crm.any_shape.bodies import TILDA_CART

pytestmark = pytest.mark.browser


def test_a_manager_maps_a_cart_and_switches_it_on(page, sign_in, live_server, shop):
    shop.phone_country = "RU"
    shop.save()
    source = Source.objects.create(kind="form", name="Tilda", secret="s3cret-of-a-test")
    sent = page.request.post(
        f"{live_server.url}/hooks/{source.key}/",
        data=urlencode(TILDA_CART),
        headers={"Content-Type": "application/x-www-form-urlencoded", "X-Api-Key": source.secret},
    )
    assert sent.status == 202
    deliveries.apply_due(timezone.now(), read)
    assert Delivery.objects.get().status == "held"
    sign_in("Managers")

    page.goto(f"{live_server.url}/admin/crm/source/{source.pk}/change/")
    page.get_by_role("link", name="Say which field is what").click()
    result = page.locator("#shape-result")
    result.get_by_text("This message would make").wait_for()
    assert "Чайник медный (K-1) at 1290.00" in result.inner_text()
    assert fits(page)

    assert not page.get_by_label("Currency: the words, or the path").is_visible()
    page.get_by_label("Currency", exact=True).select_option("=")
    page.get_by_label("Currency: the words, or the path").fill("EUR")
    result.get_by_text("3480.00 EUR").wait_for()

    page.get_by_label("Order number", exact=True).first.focus()
    page.keyboard.type("tranid")
    result.get_by_text("70433:1784563").wait_for()
    assert page.evaluate("document.activeElement.name") == "number"

    page.get_by_label("Each message tells of").select_option("customer")
    assert not page.get_by_role("heading", name="The order", exact=True).is_visible()
    assert not page.get_by_role("heading", name="Each line of it").is_visible()
    page.get_by_label("Each message tells of").select_option("order")

    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Switch it on").focus()
    page.keyboard.press("Enter")
    page.get_by_text("It is switched on.").wait_for()
    assert fits(page)

    deliveries.apply_due(timezone.now(), read)
    order = Order.objects.get()
    assert (order.number, order.currency) == ("70433:1784563", "EUR")
