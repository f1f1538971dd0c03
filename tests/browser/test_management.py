import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from analytics import rollups
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def figures(shop):
    now = timezone.now()
    for source, total in (("ads", 100), ("ads", 300), ("referral", 50)):
        make_order(customer=make_customer(source=source), placed_at=now - dt.timedelta(days=3), total=total)
    rollups.rebuild(now)


def test_manager_narrows_the_dashboard_to_a_source(page, sign_in, figures):
    sign_in("Managers")
    page.get_by_role("link", name="In the last 30 days: 3 orders for €450").click()
    expect(page).to_have_url(re.compile("/admin/analytics/dashboard/"))
    expect(page.get_by_text("€450").first).to_be_visible()
    expect(page.get_by_label("First day")).to_be_hidden()
    page.get_by_label("Period").select_option("custom")
    expect(page.get_by_label("First day")).to_be_visible()
    page.get_by_label("Period").select_option("year")

    page.get_by_label("Acquisition source").select_option("ads")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_text("€400").first).to_be_visible()


def test_managers_screens_fit_a_phone(page, sign_in, live_server, figures):
    sign_in("Managers")
    page.set_viewport_size(NARROW)

    for path in ("analytics/dashboard/", "crm/shop/1/change/", "crm/product/", "crm/order/import/"):
        page.goto(f"{live_server.url}/admin/{path}")
        assert fits(page), path
