import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.engine.run import tick
from chains.models import Touch
from crm.models import Order
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import live_chain, message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_support_adds_a_customer_and_an_order_and_its_chain_writes(page, sign_in, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    now = timezone.now()
    live_chain(message(), event="order.delivered", at=now - dt.timedelta(minutes=1))
    sign_in("Support")

    page.get_by_role("link", name="Add a customer").click()
    page.get_by_label("First name").fill("Ann")
    page.get_by_label("Last name").fill("Petrova")
    page.get_by_label("Email").fill("ann@example.com")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="New order").click()
    page.get_by_label("SKU or name").first.fill("KET-1")
    page.get_by_label("Name, if it is new").first.fill("Kettle")
    page.get_by_label("Quantity").first.fill("2")
    page.get_by_label("Price").first.fill("40")
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The order is placed.")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Paid").click()
    page.get_by_role("button", name="Delivered").click()
    expect(page.get_by_text("Marked as delivered.")).to_be_visible()
    tick(timezone.now())

    order = Order.objects.get()
    assert order.paid_at
    assert order.total == 80
    assert Touch.objects.get().status == Touch.Status.SENT
    page.get_by_role("link", name="Return by lines").click()
    page.get_by_label("Kettle").fill("1")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Money given back: 40.00")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Yes, book it").click()
    expect(page.get_by_text("The return is booked.")).to_be_visible()
    page.get_by_text(re.compile("That was a mistake")).click()
    page.get_by_role("button", name="It was not delivered").click()
    expect(page.get_by_text("Undone")).to_be_visible()
    order.refresh_from_db()
    assert order.delivered_at is None
