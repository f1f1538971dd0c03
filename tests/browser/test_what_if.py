"""A manager asks what if, makes the answer a target, and finds it on the overview."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from analytics import rollups
from analytics.models import Target
from tests.browser.conftest import NARROW, WIDE, fits
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "tab": "What if", "conversion": "Buyers who come back, per cent", "worth": "10,800", "more": "+12.5%",
        "wrong": "from 0 to 100 per cent", "press": "Set as target: Value of a buyer in 12 months",
        "set": "The target is set", "again": "This target is set already", "overview": "Overview",
        "on_card": re.compile("target €10,800 by .*: €9,600.00 now"), "give_up": "Give up", "up_again": "Take up again",
    },
    "ru": {
        "tab": "Что, если", "conversion": "Возвращается покупателей, %", "worth": "10 800", "more": "+12,5 %",
        "wrong": "от 0 до 100 процентов", "press": "Сделать целью: Ценность покупателя за 12 месяцев",
        "set": "Цель поставлена", "again": "Такая цель уже поставлена", "overview": "Обзор",
        "on_card": re.compile(r"цель 10\s800\s€ к .*: сейчас 9\s600,00\s€"), "give_up": "Отменить",
        "up_again": "Вернуть в работу",
    },
}  # fmt: skip


@pytest.fixture
def seed_shop(shop, settings):
    """Five buyers of whom one came back for one more order of 8,000."""
    settings.CURRENCY = "EUR"
    now = timezone.now()
    customers = [make_customer() for _number in range(5)]
    for customer in [*customers, customers[0]]:
        make_order(customer=customer, placed_at=now - dt.timedelta(days=30), total=8000)
    rollups.rebuild(now)


@pytest.mark.parametrize("size", [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_manager_asks_what_if_and_makes_the_answer_a_target(page, sign_in, live_server, seed_shop, language, size):
    words = WORDS[language]
    sign_in("Managers")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.set_viewport_size(size)
    page.goto(f"{live_server.url}/admin/analytics/dashboard/")
    page.get_by_role("link", name=words["tab"]).click()
    conversion = page.get_by_role("spinbutton", name=words["conversion"])
    result = page.locator("#what-if")
    expect(conversion).to_have_value("20.0")

    conversion.fill("135")
    expect(page.get_by_text(words["wrong"])).to_be_visible()
    expect(conversion).to_be_focused()
    conversion.fill("35")
    expect(result.get_by_text(words["more"]).first).to_be_visible()
    expect(page.get_by_text(words["wrong"])).to_be_hidden()
    expect(result).to_contain_text(words["worth"])
    assert "conversion=35" in page.url
    assert fits(page)
    page.get_by_role("button", name=words["press"]).click()

    expect(page.get_by_text(words["set"])).to_be_visible()
    expect(conversion).to_have_value("35")
    page.get_by_role("button", name=words["press"]).click()
    expect(page.get_by_text(words["again"])).to_be_visible()
    assert Target.objects.count() == 1
    page.get_by_role("link", name=words["overview"], exact=True).click()
    card = page.locator("#lifetime_value")
    expect(card).to_contain_text(words["on_card"])
    expect(card.get_by_role("progressbar")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name=words["tab"]).click()
    page.get_by_role("button", name=words["give_up"]).click()
    page.get_by_role("button", name=words["up_again"]).click()
    expect(page.get_by_role("button", name=words["give_up"])).to_be_visible()


def test_a_slider_moves_its_figure_and_without_scripts_the_button_counts(page, sign_in, live_server, seed_shop):
    sign_in("Managers")
    page.goto(f"{live_server.url}/admin/analytics/dashboard/what-if/")

    page.get_by_role("slider", name="Value of an order").fill("8800")

    expect(page.get_by_role("spinbutton", name="Value of an order")).to_have_value("8800")
    expect(page.locator("#what-if")).to_contain_text("€10,560")
    page.route("**/what_if.js*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_role("spinbutton", name="Orders a year of those who came back").fill("3")
    page.get_by_role("button", name="Count").click()
    expect(page.locator("#what-if")).to_contain_text("€12,320")
