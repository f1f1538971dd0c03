import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from analytics.goods.nightly import count_goods
from tests.analytics.goods_shop import DAY, NOW, Bought, store
from tests.browser.conftest import NARROW, fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def counted(shop):
    """Whoever bought a microwave buys bowls within half a year; the others come for a spade."""
    ago = timezone.now() - NOW
    orders = [Bought(f"m{number}", NOW + ago - 230 * DAY, ["microwave", "glove"]) for number in range(40)]
    orders += [Bought(f"m{number}", NOW + ago - 190 * DAY, ["bowls"]) for number in range(30)]
    orders += [Bought(f"s{number}", NOW + ago - 230 * DAY, ["spade", "pot"]) for number in range(200)]
    orders += [Bought(f"s{number}", NOW + ago - 180 * DAY, ["seeds"]) for number in range(60)]
    kitchen = {"microwave": "Kitchen / Microwaves", "bowls": "Tableware", "glove": "Textiles"}
    store(orders, kitchen | dict.fromkeys(["spade", "pot", "seeds"], "Garden"))
    count_goods(timezone.now())


def test_marketer_makes_a_segment_of_whoever_has_the_one_and_not_the_other(page, sign_in, live_server, counted):
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/analytics/dashboard/")
    page.get_by_role("link", name="Goods").click()
    page.get_by_label("Pairs of").select_option("product")
    page.get_by_role("button", name="Show").click()
    row = page.locator("#next tbody tr").filter(has_text="Product microwave").filter(has_text="Product bowls")

    row.get_by_role("button", name="As a segment").click()

    expect(page).to_have_url(re.compile("/admin/segments/segment/[0-9]+/change/"))
    expect(page.get_by_text("Segment “Product microwave, not yet Product bowls” added.")).to_be_visible()


def test_the_page_of_goods_fits_a_phone(page, sign_in, live_server, counted):
    sign_in("Marketing")
    page.set_viewport_size(NARROW)

    page.goto(f"{live_server.url}/admin/analytics/dashboard/goods/")

    expect(page.get_by_role("button", name="Count now")).to_be_visible()
    assert fits(page)
