"""A marketer tests a variant of a letter: prepares, edits the copy, publishes, reads the verdict, adopts."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.models import Experiment
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import live_chain, make_template, message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def group(customers, ordered):
    return {
        "customers": customers,
        "ordered": ordered,
        "revenue": 60.0 * ordered,
        "revenue_squares": 5400.0 * ordered,
        "assigned": customers,
        "sent": customers,
        "clicked": customers // 20,
    }


def test_a_variant_from_the_plan_to_adoption(shop, page, live_server, sign_in):
    template = make_template(subject="Your kettle is here", words="Hello.\n\nHow to begin.")
    step = live_chain(message(template=template, name="First use"), event="asked").steps.get()
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/chains/step/{step.pk}/change/")
    page.get_by_role("link", name="Test a variant…").click()
    page.get_by_role("button", name="Prepare it").click()
    expect(page.get_by_text("variant B is the same as another one")).to_be_visible()
    page.get_by_label("B: share").fill("20")
    page.get_by_role("button", name="Save and plan anew").click()
    expect(page.get_by_text("It takes 29,642 customers (A 23,714, B 5,929).").first).to_be_visible()
    experiment = Experiment.objects.get()
    experiment.variants.get().template.texts.update(subject="Your first cup in five minutes")
    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published as version 2.").first).to_be_visible()
    page.goto(f"{live_server.url}/admin/chains/experiment/{experiment.pk}/change/")
    expect(page.get_by_text("No verdict yet: 0 of the 29,642 customers needed")).to_be_visible()

    now = timezone.now()
    Experiment.objects.update(
        status="done",
        started_at=now - dt.timedelta(days=60),
        ended_at=now,
        figures_at=now,
        figures={"A": group(40_000, 800), "B": group(10_000, 280)},
    )
    page.set_viewport_size(NARROW)
    page.reload()
    expect(page.get_by_text("B is better. B brings between +0.5 and +1.2 orders")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Adopt B").click()
    expect(page.get_by_text("B is in the draft now.")).to_be_visible()
    step.refresh_from_db()
    assert step.template == experiment.variants.get().template
    page.goto(f"{live_server.url}/admin/chains/experiment/")
    expect(page.get_by_text("B is better.")).to_be_visible()
