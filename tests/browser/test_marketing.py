import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.models import Chain
from segments.models import Segment
from tests.browser.conftest import NARROW, fits
from tests.browser.test_chain_story import Counted
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_marketer_builds_a_segment_from_rows(page, sign_in, live_server, shop):
    ann = make_customer(first_name="Ann", city="Leeds")
    make_order(customer=ann, placed_at=timezone.now())
    make_order(customer=ann, placed_at=timezone.now())
    make_order(customer=make_customer(city="Cork"), placed_at=timezone.now())
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/segments/segment/add/")
    page.get_by_label("Name").fill("Twice or more")
    field = page.get_by_role("combobox", name="What to ask about")
    field.fill("number of orders")
    field.press("Tab")
    page.get_by_label("How to compare").select_option("at_least")
    page.get_by_label("Value").fill("2")
    expect(page.locator("[data-preview] strong")).to_have_text("1")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("#result_list").get_by_role("link", name="Twice or more")).to_be_visible()
    segment = Segment.objects.get(name="Twice or more")
    assert segment.rule == {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


def test_marketers_screens_fit_a_phone(page, sign_in, live_server, shop):
    sign_in("Marketing")
    page.set_viewport_size(NARROW)

    for path in (
        "chains/chain/",
        f"chains/chain/{Chain.objects.first().pk}/change/",
        "chains/touch/",
        "chains/messagetemplate/",
        "segments/segment/",
        "segments/segment/add/",
        "crm/customer/",
    ):
        page.goto(f"{live_server.url}/admin/{path}")
        assert fits(page), path


def test_marketer_switches_on_a_ready_chain_in_six_presses_at_most(page, sign_in, shop):
    sign_in("Marketing")
    marketer = Counted(page)

    marketer.press(page.locator('a[href$="/admin/chains/chain/"]'))
    marketer.press(page.get_by_role("link", name="Small appliance").last)
    marketer.button("Publish…")
    marketer.button("Publish")

    expect(page.locator(".enc-pill-good", has_text="live")).to_be_visible()
    assert marketer.presses <= 6
    chain = Chain.objects.get(name="Small appliance")
    assert chain.status == Chain.Status.LIVE
    assert [step["kind"] for step in chain.version.program["steps"]][:3] == ["message", "wait", "message"]
