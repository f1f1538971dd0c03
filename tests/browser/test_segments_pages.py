import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.figures import scores
from segments.models import Segment
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def buyers(shop):
    now = timezone.now()
    for number in range(1, 6):
        customer = make_customer(first_name=f"Buyer{number}", city="Moscow")
        for _ in range(number):
            make_order(customer=customer, placed_at=now, total=100)
    scores.score_all(now)
    return customer


def test_marketer_makes_a_segment_of_a_cell_and_asks_why_somebody_is_not_in_it(page, sign_in, live_server, buyers):
    sign_in("Marketing")
    page.goto(live_server.url + reverse("admin:segments_segment_changelist"))
    page.get_by_role("link", name="RFM grid").click()
    page.set_viewport_size(NARROW)
    assert fits(page)

    page.locator(".rfm td a").first.click()
    expect(page.locator(".rule-preview strong")).to_have_text("1")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".segment-panel strong")).to_have_text("1")
    page.get_by_role("link", name="Why is somebody in or not?").click()
    page.get_by_label("Find a customer").fill("Buyer1")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Buyer1").click()

    expect(page.get_by_text("does not belong to the segment")).to_be_visible()
    expect(page.locator(".why-no").first).to_be_visible()
    assert fits(page)
    segment = Segment.objects.latest("pk")
    assert [item["field"] for item in segment.rule["all"]] == ["recency_score", "frequency_score"]
