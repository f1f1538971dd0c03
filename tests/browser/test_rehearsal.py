"""The marketer tries a chain before it runs: against the past, and on herself."""

import datetime as dt
import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.models import Rehearsal, TestOrder
from chains.simulate.rehearsal import job
from chains.simulate.test_order import send
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import branch, draft_chain, marketing, message, wait
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOYAL = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


def make_chain():
    return draft_chain(
        message(name="Thanks", subject="Thank you, {{ customer.first_name }}"),
        wait(1, since="delivered"),
        message(name="Care", subject="How to care for it"),
        branch((LOYAL, marketing(name="Offer for the loyal")), (None, wait(2))),
        name="After the order",
    )


def shot(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_marketer_rehearses_a_draft_and_reads_what_it_told(page, sign_in, live_server, shop):
    chain, now = make_chain(), timezone.now()
    for number in range(12):
        at = now - dt.timedelta(days=20 - number, hours=3 * number)
        customer = make_customer(first_name=f"Ann {number}", consent=number % 2 == 0)
        make_order(customer=customer, placed_at=at, delivered_at=at + dt.timedelta(days=2))
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
    page.get_by_role("link", name="Rehearse…").click()
    shot(page, "rehearsal-empty")
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page.get_by_text("waiting for its turn")).to_be_visible()
    shot(page, "rehearsal-waiting")
    job.run(Rehearsal.objects.get().pk)

    expect(page.get_by_role("heading", name="Messages a day")).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    assert {frame.url for frame in page.frames[1:]} == {"about:blank"}  # no letter is loaded before it is opened
    shot(page, "rehearsal-closed")
    page.get_by_text("Thank you, Ann").first.click()
    expect(page.frame_locator("details[open] iframe").get_by_text("Good day").first).to_be_visible()
    shot(page, "rehearsal-wide")
    page.set_viewport_size(NARROW)
    assert fits(page)
    shot(page, "rehearsal-narrow")


def test_marketer_sends_herself_a_test_order_and_stops_it(page, sign_in, live_server, shop, mailoutbox):
    chain = make_chain()
    user = sign_in("Marketing")
    user.email = "marketer@kettle.example.com"
    user.save()

    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
    page.get_by_role("link", name="Test order…").click()
    shot(page, "test-order-empty")
    page.get_by_role("button", name="Send to marketer@kettle.example.com").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    send.send_due(TestOrder.objects.get().asked_at)
    page.reload()
    expect(page.get_by_text("sent", exact=True)).to_be_visible()
    shot(page, "test-order-wide")
    page.set_viewport_size(NARROW)
    assert fits(page)
    shot(page, "test-order-narrow")
    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_text("stopped")).to_be_visible()
    assert len(mailoutbox) == 1
