"""A filter is bought, subscribed to, skipped once and renewed by itself; the customer's page, the agent's card, the
till and the ledger say the same of its points at every step, a return among them.
"""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from chains.definition.publishing import publish
from chains.engine.deliver.page_letters import send_due as send_page_letters
from chains.engine.run import tick
from chains.models import Chain
from chains.page_letters.letter import page_url
from chains.ready.install import add_ready_chains
from crm.intake.api.keys import key_of
from crm.loyalty.order_points import approve_due
from crm.models import EarningRule, LoyaltySettings, PointsEntry, Source, Subscription, WebhookEndpoint
from crm.subscriptions import renewals
from crm.webhooks_out import sending
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_customer, make_product
from tests.crm.webhook_receiver import SECRET, receiving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

DAY = dt.timedelta(days=1)
PRICE = Decimal(120)
WORDS = {
    "en": {"link": "Send me a link", "subscribe": "Subscribe", "skip": "Skip this one",
           "skipped": "Skipped. The dates after it stay as they were.", "preparing": "The shop is preparing",
           "so_far": "What came so far", "renewed": "renewed"},
    "ru": {"link": "Пришлите ссылку", "subscribe": "Подписаться", "skip": "Пропустить эту",
           "skipped": "Пропущено. Следующие даты не изменились.", "preparing": "Магазин готовит",
           "so_far": "Что уже приезжало", "renewed": "продлено"},
}  # fmt: skip


class Clock:
    def __init__(self, monkeypatch):
        self.real = timezone.now
        self.passed = self.real().replace(hour=12, minute=0) + DAY - self.real()
        monkeypatch.setattr(timezone, "now", lambda: self.real() + self.passed)

    def __call__(self, days):
        self.passed += days * DAY
        return timezone.now()

    def really(self, act):
        """Today: who takes webhooks believes no signature of another day than its own."""
        passed, self.passed = self.passed, dt.timedelta()
        act(self.real())
        self.passed = passed


@pytest.fixture
def clock(monkeypatch):
    """Days that pass, for the server too, from a noon on: at night no letter leaves."""
    return Clock(monkeypatch)


@pytest.fixture
def receiver(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with receiving() as receiver:
        WebhookEndpoint.objects.create(name="Shop", url=receiver.url, secret=SECRET, kinds=["subscription.due"])
        yield receiver


class Shop:
    """The shop's own systems: it tells of orders by the API, and its till asks for points there."""

    def __init__(self, request, address):
        self.request, self.address = request, f"{address}/api/v1/"
        self.writer = Source.objects.create(kind="api", name="Shop", secret="s3cret")
        self.till = Source.objects.create(kind="api", name="Till", secret="s3cret", rights=Source.Rights.TILL)

    def tells(self, number, **facts):
        headers = {"Authorization": f"Bearer {key_of(self.writer)}"}
        answer = self.request.post(f"{self.address}orders", data={"number": number, **facts}, headers=headers)
        assert answer.ok, answer.text()

    def points(self):
        headers = {"Authorization": f"Bearer {key_of(self.till)}"}
        return self.request.get(f"{self.address}points?id=7", headers=headers).json()


def order_of(sku, at, **more):
    return {
        "customer": {"id": "7"},
        "placed_at": at.isoformat(),
        "paid_at": at.isoformat(),
        "lines": [{"sku": sku, "name": "Filter", "quantity": 1, "price": str(PRICE)}],
        **more,
    }


def link_in(letter):
    return re.search(r"https?://\S+/m/my/in/[^\s/\"]+/", letter.body)[0]


def path_of(link):
    return re.sub(r"^https?://[^/]+", "", link)


def first_number(locator):
    return int(re.search(r"\d+", locator.inner_text())[0])


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_the_card_the_till_and_the_ledger_agree_while_a_filter_renews_itself(
    page, chromium, live_server, sign_in, settings, clock, receiver, language
):
    settings.SESSION_COOKIE_AGE = 365 * 24 * 3600
    words = WORDS[language]
    EarningRule.objects.create(name="For your order")
    LoyaltySettings(pk=1, point_value="0.10", most_percent=50).save()
    product = make_product(sku="FILTER", name="Filter", price=PRICE, repurchase_days=30)
    customer = make_customer(email="ann@example.com", external_id="7", language=language)
    publish_ready("subscription")
    shop = Shop(page.request, live_server.url)
    phone = chromium.new_context(viewport=NARROW, locale="en").new_page()
    sign_in("Support")

    def enters():
        """Some days later the page is closed again: the link of any letter opens it."""
        phone.goto(live_server.url + path_of(page_url(customer, timezone.now())))

    def all_say(balance, pending):
        enters()
        rewards = phone.locator("#rewards")
        told = [int(number) for number in re.findall(r"\d+", rewards.inner_text().split("\n", 1)[1])]
        assert told == [number for number in (balance, pending) if number]
        page.goto(live_server.url + reverse("admin:crm_customer_loyalty", args=[customer.pk]))
        card = page.locator(".enc-card").first
        assert first_number(card.locator(".enc-strong").first) == balance
        assert not pending or card.get_by_text(f"{pending}").count()
        till = shop.points()
        assert (till["balance"], till["pending"]) == (balance, pending)
        ledger = PointsEntry.objects.filter(customer=customer).values_list("points", flat=True)
        assert sum(ledger) == balance

    # Bought and delivered: the points are to come.
    bought = clock(0)
    shop.tells("F-1", **order_of("FILTER", bought, delivered_at=bought.isoformat()))

    # By a letter to the own page.
    phone.goto(live_server.url + reverse("chains:my"))
    phone.get_by_role("textbox").fill("ann@example.com")
    phone.get_by_role("button").first.click()
    expect(phone).to_have_url(re.compile("/link/sent/"))
    send_page_letters(timezone.now())
    phone.goto(live_server.url + path_of(link_in(mail.outbox[-1])))
    expect(phone.locator("#subscriptions")).to_be_visible()
    all_say(balance=0, pending=120)

    # Subscribed, and skipped once: the date moves by one cycle.
    phone.get_by_role("button", name=words["subscribe"]).first.click()
    expect(phone.locator("#done")).to_be_visible()
    one = Subscription.objects.get(customer=customer, product=product)
    first = one.next_on
    phone.get_by_role("button", name=words["skip"]).click()
    expect(phone.get_by_text(words["skipped"])).to_be_visible()
    one.refresh_from_db()
    assert one.next_on == first + 30 * DAY
    assert fits(phone)

    # The days to return it are over.
    assert approve_due(clock(16)) == 0
    all_say(balance=0, pending=120)
    assert approve_due(clock(2)) == 1
    all_say(balance=120, pending=0)

    # Three days before, a letter tells of it and leads to the page.
    announced = clock(39)
    assert renewals.tend(announced) == {"announce": 1}
    tick(announced)
    letter = mail.outbox[-1]
    assert "Filter" in letter.subject
    phone.context.clear_cookies()
    phone.goto(live_server.url + path_of(link_in(letter)))
    expect(phone.locator("#subscriptions")).to_be_visible()

    # On the day the shop is asked by itself, once.
    due = clock(3)
    assert renewals.tend(due) == {"renew": 1}
    assert renewals.tend(due) == {}
    clock.really(sending.send_due)
    [asked] = receiver.bodies
    assert asked["type"] == "subscription.due"
    enters()
    expect(phone.get_by_text(words["preparing"])).to_be_visible()

    # It sends the filter, and 100 points pay for a part.
    shop.tells("F-2", **order_of("FILTER", due, points_spent=100, discount="10"))
    assert renewals.tend(due) == {"settle": 1}
    all_say(balance=20, pending=110)
    phone.get_by_text(words["so_far"]).click()
    expect(phone.locator("#subscriptions").get_by_text("F-2")).to_be_visible()
    expect(phone.locator("#subscriptions").get_by_text(words["renewed"])).to_be_visible()
    shop.tells("F-2", delivered_at=clock(1).isoformat())
    assert approve_due(clock(18)) == 1
    all_say(balance=130, pending=0)

    # It comes back: what it earned goes, what it spent is there again.
    back = {"id": "r1", "at": clock(1).isoformat(), "amount": "110.00", "lines": {"FILTER": 1}}
    shop.tells("F-2", refunds=[back])
    all_say(balance=120, pending=0)
    phone.context.close()


def publish_ready(key):
    add_ready_chains("en", timezone.now())
    publish(Chain.objects.get(steps__template__ready_key__startswith=f"{key}/"), timezone.now())
