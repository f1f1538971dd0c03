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
from tests.conftest import make_customer, make_order, make_product

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
    page.get_by_label("Price").first.fill("40")
    page.get_by_label("Name, if it is new").first.fill("Kettle")
    page.get_by_label("Quantity").first.fill("2")
    expect(page.get_by_text("Total: €80.00")).to_be_visible()
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Place the order").click()
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
    page.get_by_role("link", name="Something came back").click()
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


def test_support_finds_products_by_keyboard_and_puts_a_line_right(page, sign_in, live_server, shop):
    ann, lid = make_customer(first_name="Ann"), make_product(sku="LID-1", name="Lid, steel", price=5)
    make_product(sku="KET-1", name="Kettle", price=40)
    sign_in("Support")
    page.goto(f"{live_server.url}/admin/crm/customer/{ann.pk}/order/")

    page.get_by_label("SKU or name").press_sequentially("ste")
    expect(page.locator("#products option")).to_have_count(1)
    expect(page.locator("#products option")).to_have_attribute("value", "Lid, steel (LID-1)")
    page.get_by_label("SKU or name").fill("Lid, steel (LID-1)")
    expect(page.get_by_label("Name, if it is new")).to_be_hidden()
    expect(page.get_by_text("Total: €5.00")).to_be_visible()
    page.get_by_role("button", name="One more product").press("Enter")
    page.keyboard.type("KET-1")
    expect(page.get_by_text("Total: €45.00")).to_be_visible()
    expect(page.get_by_label("Appointment or departure")).to_be_hidden()
    page.get_by_label("Kind").select_option("service")
    expect(page.get_by_label("Appointment or departure")).to_be_visible()
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("link", name="Put it right").click()
    page.get_by_label("remove").last.check()
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("status")).to_contain_text("Total: 45.00 EUR → 5.00 EUR")
    assert fits(page)
    page.get_by_role("button", name="Yes, put it right").click()
    expect(page.get_by_text("The order is put right.")).to_be_visible()

    order = Order.objects.get()
    assert (order.total, order.lines.get().product) == (5, lid)


def test_a_refused_button_keeps_what_was_typed(page, sign_in, live_server, shop):
    order = make_order()
    sign_in("Support")
    page.goto(f"{live_server.url}/admin/crm/order/{order.pk}/change/")
    shipped = page.locator("form").filter(has=page.get_by_role("button", name="Shipped"))

    shipped.get_by_label("When, empty for now").fill("2150-01-01T10:00")
    shipped.get_by_label("Tracking number").fill("TR-7")
    shipped.get_by_role("button").click()

    expect(shipped.get_by_role("alert")).to_contain_text("still ahead")
    expect(shipped.get_by_label("Tracking number")).to_have_value("TR-7")
    page.set_viewport_size(NARROW)
    assert fits(page)
