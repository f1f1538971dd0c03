"""The customer's own page in Chromium: a filter bought, subscribed to, skipped once and renewed by itself."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from chains.page_letters.letter import page_url
from crm.models import Case, Coupon, PointsEntry, Subscription
from crm.subscriptions import renewals
from tests.browser.conftest import NARROW, WIDE
from tests.conftest import make_customer, make_order, make_product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

DAY = dt.timedelta(days=1)
WORDS = {
    "en": {
        "by_itself": "Have it come by itself",
        "subscribe": "Subscribe",
        "skip": "Skip this one",
        "skipped": "Skipped. The dates after it stay as they were.",
        "so_far": "What came so far",
        "renewed": "renewed",
    },
    "ru": {
        "by_itself": "Пусть приезжает само",
        "subscribe": "Подписаться",
        "skip": "Пропустить эту",
        "skipped": "Пропущено. Следующие даты не изменились.",
        "so_far": "Что уже приезжало",
        "renewed": "продлено",
    },
}


def opened(page, live_server, customer):
    page.goto(live_server.url + reverse("chains:my-enter", args=[page_url(customer, timezone.now()).split("/")[-2]]))
    return page


def buyer(**fields):
    """Somebody with an order that has come, one that is late, points, a coupon and a question."""
    now = timezone.now()
    customer = make_customer(**fields)
    kettle = make_product(
        name="Kettle Aria 1.7 l", price=Decimal("79.90"), warranty_months=24, url="https://k.example/"
    )
    water_filter = make_product(name="Water filter", price=Decimal("12.50"), repurchase_days=30)
    moments = {"placed_at": now - 40 * DAY, "paid_at": now - 40 * DAY, "shipped_at": now - 38 * DAY}
    make_order(customer=customer, product=kettle, number="K-1", delivered_at=now - 35 * DAY, **moments)
    make_order(customer=customer, product=water_filter, number="F-1", placed_at=now - 9 * DAY, promised_at=now - DAY)
    PointsEntry.objects.create(customer=customer, kind="accrual", points=120, unspent=120, key="p")
    Coupon.objects.create(code="COME-BACK", kind=Coupon.Kind.PERCENT, value=10, customer=customer, key="c")
    case = Case.objects.create(customer=customer, kind="question", subject="Does the filter fit?")
    case.messages.create(direction="received", text="Does the filter fit?")
    case.messages.create(direction="sent", text="It does.")
    return customer


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_filter_is_subscribed_to_skipped_once_and_renewed_by_itself(page, live_server, sign_in, language):
    words, customer = WORDS[language], buyer(language=language, last_name="Petrova")
    opened(page, live_server, customer)

    # Subscribed.
    page.get_by_role("button", name=words["subscribe"]).first.click()
    expect(page.locator("#done")).to_be_visible()
    one = Subscription.objects.get()
    first = one.next_on

    # Skipped once.
    page.get_by_role("button", name=words["skip"]).click()
    expect(page.get_by_text(words["skipped"])).to_be_visible()
    one.refresh_from_db()
    assert one.next_on == first + 30 * DAY

    # Renewed by itself, by the order that comes.
    due = timezone.now() + 60 * DAY
    assert renewals.tend(due)["renew"] == 1
    make_order(customer=customer, product=one.product, number="F-2", placed_at=due)
    assert renewals.tend(due)["settle"] == 1
    page.reload()
    page.get_by_text(words["so_far"]).click()
    expect(page.locator("#subscriptions").get_by_text("F-2")).to_be_visible()
    expect(page.locator("#subscriptions").get_by_text(words["renewed"])).to_be_visible()

    # The admin agrees.
    sign_in("Support")
    page.goto(live_server.url + reverse("admin:crm_subscription_change", args=[one.pk]))
    expect(page.get_by_role("link", name="F-2").first).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_works_by_keyboard_fits_a_phone_and_runs_without_scripts(chromium, live_server, size):
    customer = buyer()
    context = chromium.new_context(viewport=size, java_script_enabled=False, locale="en")
    page = context.new_page()
    opened(page, live_server, customer)
    page.get_by_role("link", name="Order F-1").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("It is late, and we are sorry.")).to_be_visible()
    page.get_by_role("button", name="Report it").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_be_visible()

    assert customer.cases.complaints().count() == 1
    context.close()
