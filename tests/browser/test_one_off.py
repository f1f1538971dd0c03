"""A marketer writes to a segment once: refused at the button, with a coupon, tried on themselves, sent, and stopped."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from chains.models import Chain
from segments.refresh import refresh
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_customer, make_order
from tests.segments.conftest import condition, make_segment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_message_to_a_segment_from_the_words_to_the_stop(shop, page, live_server, sign_in):
    make_order(customer=make_customer(first_name="Ann", email="ann@example.com"))
    segment = make_segment(condition("orders_count", "at_least", 1), name="Buyers")
    refresh(segment, timezone.now())
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/chain/one-off/?segment={segment.pk}")

    page.get_by_role("button", name="See it first").click()
    expect(page.get_by_role("alert").get_by_text("Something is missing in the letter in English.")).to_be_in_viewport()
    page.get_by_label("Subject").fill("A word to {{ customer.first_name }}")
    page.get_by_label("Text", exact=False).first.fill("We are closed on Friday.")
    page.get_by_text("Give them a coupon").click()
    expect(page.get_by_label("Gift")).to_be_hidden()
    page.get_by_label("A coupon for").select_option("gift")
    page.get_by_label("Gift").fill("A cup")
    page.get_by_role("button", name="See it first").click()
    expect(page.frame_locator("iframe").get_by_text("A cup")).to_be_visible()
    page.get_by_label("A test to these addresses").fill("me@example.com")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("Put into the outbox for me@example.com")).to_be_visible()
    assert [letter.subject for letter in mail.outbox] == ["Test: A word to Ann"]
    page.get_by_label("Day:", exact=True).fill(f"{timezone.localdate() + dt.timedelta(days=30)}")
    page.get_by_label("By whose clock").select_option("shop")
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Send to 1 customer").click()

    expect(page.get_by_role("heading", name="Sent so far")).to_be_visible()
    assert Chain.objects.get(trigger="moment").trigger_clock == "shop"
    page.get_by_text("Stop…").click()
    page.get_by_role("button", name="Yes, stop it").click()
    expect(page.get_by_text("It was stopped: nothing more goes out.")).to_be_visible()
    assert Chain.objects.get(trigger="moment").status == "archived"
