import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Touch
from crm.models import Case
from crm.orders.orders import LineData
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import live_chain, marketing, message, wait
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_agent_finds_a_customer_and_logs_a_complaint(page, sign_in, shop):
    ann = make_customer(first_name="Ann", last_name="Petrova", email="ann.petrova@example.com")
    make_order(
        customer=ann,
        number="R-1001",
        placed_at=timezone.now(),
        lines=[LineData("KET-1", 1, 49, 30, "Kettle", "Kitchen / Kettles")],
    )
    agent = sign_in("Support")

    page.get_by_label("Name, email, phone or order number").press_sequentially("r-10")
    page.get_by_role("link", name=re.compile("Ann Petrova")).click()
    page.get_by_text("Log a complaint").click()
    page.get_by_label("Subject").fill("The lid does not close")
    page.get_by_label("Order", exact=True).select_option(index=1)
    page.get_by_label("What happened").fill("It broke on the second day")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Marketing to this customer stops until it is resolved")).to_be_visible()
    expect(page.get_by_text("Marketing to this customer is stopped until this is resolved.")).to_be_visible()
    case = Case.objects.get()
    assert (case.customer, case.order.number, case.owner, case.kind) == (ann, "R-1001", agent, "complaint")


def test_agent_sees_marketing_stop_for_an_angry_customer(page, sign_in, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    now = timezone.now()
    live_chain(message(), wait(30, "minutes"), marketing(subject="More for you"), event="order.delivered", at=now)
    ann = make_customer(first_name="Ann", last_name="Petrova", language="en")
    make_order(customer=ann, number="R-1001", placed_at=now, delivered_at=now + dt.timedelta(seconds=1))
    tick(now + dt.timedelta(seconds=2))
    sign_in("Support")

    page.get_by_label("Name, email, phone or order number").fill("Petrova")
    page.get_by_role("link", name=re.compile("Ann Petrova")).click()
    page.get_by_text("Log a complaint").click()
    page.get_by_label("Subject").fill("The lid does not close")
    page.get_by_role("button", name="Save").click()
    tick(now + dt.timedelta(hours=1))
    page.reload()

    service, offer = Touch.objects.order_by("pk")
    assert (service.status, offer.status) == (Touch.Status.SENT, Touch.Status.SCHEDULED)
    expect(page.locator("#story").get_by_text(sentence(offer))).to_be_visible()
    assert "complaint" in sentence(offer)


def test_agent_closes_the_loop(page, sign_in, shop):
    ann = make_customer(first_name="Ann", last_name="Petrova")
    Case.objects.create(customer=ann, subject="The lid does not close")
    sign_in("Support")

    page.get_by_role("link", name=re.compile("The lid does not close")).click()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Solution offered").fill("A new lid by courier")
    page.get_by_label("Alternative").fill("Your money back")
    page.get_by_role("button", name="Only note it").click()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("button", name="The customer is content").click()

    expect(page.get_by_text("The loop is closed.")).to_be_visible()
    assert Case.objects.get().stage == Case.Stage.CONFIRMED


def test_agents_screens_fit_a_phone(page, sign_in, live_server, shop):
    ann = make_customer(first_name="Ann", last_name="Petrova-Oberländer", email="a" * 60 + "@example.com")
    order = make_order(customer=ann, placed_at=timezone.now())
    case = Case.objects.create(customer=ann, order=order, subject="Unbreakable" * 18)
    sign_in("Support")
    page.set_viewport_size(NARROW)

    for path in (
        "crm/customer/find/?q=ann",
        f"crm/customer/{ann.pk}/change/",
        f"crm/customer/{ann.pk}/edit/",
        f"crm/case/{case.pk}/change/",
        f"crm/order/{order.pk}/change/",
        "crm/case/",
    ):
        page.goto(f"{live_server.url}/admin/{path}")
        assert fits(page), path


def test_a_marketers_page_is_closed_to_an_agent(page, sign_in, live_server):
    sign_in("Support")

    page.goto(f"{live_server.url}/admin/segments/segment/")

    expect(page.get_by_role("heading", name="This page is not part of your role").last).to_be_visible()
    page.get_by_role("link", name="To my first screen").click()
    expect(page).to_have_url(re.compile("/admin/$"))
