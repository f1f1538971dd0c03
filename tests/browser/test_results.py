"""A marketer judges a chain: what brings most, what each step brought, in other days, on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, fits
from tests.chains.results.seeded import chain_with_results, count

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_marketer_reads_what_a_chain_brought(page, sign_in, live_server, shop):
    chain_with_results(name="Little", ordered=0)
    chain_with_results(name="Much", days_ago=20)
    count()
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/chains/chain/")
    first = page.locator("#result_list tbody tr").first
    expect(first).to_contain_text("Much")
    expect(first).to_contain_text("€30.00")
    first.get_by_role("link", name="Much").click()
    expect(page.locator("#steps")).to_contain_text("ordered after a click 1 (25.0%)")
    page.get_by_role("link", name="All results").click()

    steps = page.locator(".res-steps")
    expect(steps.get_by_role("row", name="1 Thanks")).to_contain_text("€7.50")
    page.get_by_label("Period").select_option("7 days")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nobody entered the chain and nothing was sent in these days.")).to_be_visible()
    page.get_by_role("link", name="Look at a year").click()
    expect(page.locator("#field")).to_contain_text("0.48%")
    with page.expect_download() as file:
        page.get_by_role("link", name="For a spreadsheet").click()
    assert file.value.suggested_filename.startswith("encore-much-")
    page.set_viewport_size(NARROW)
    assert fits(page)
