"""From the kit of one customer to the reward of both, in a browser."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.engine.deliver.confirmations import send_due
from chains.models import SignUp
from crm.loyalty import balances
from crm.models import Coupon, Customer, Event, Promise, Referral, ReferralProgramme
from crm.referrals.attributing import attribute_waiting
from crm.referrals.codes import code_of
from crm.referrals.settling import settle_all
from crm.service.ready_promises import add_ready_promises
from tests.browser.conftest import NARROW, WIDE, fits
from tests.chains.written_messages import make_touch
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)


@pytest.fixture
def programme(settings, live_server, shop):
    settings.SITE_URL, settings.CURRENCY = live_server.url, "EUR"
    found = ReferralProgramme.load()
    found.is_on = True
    found.recommender_kind, found.recommender_value = "points", Decimal(500)
    found.friend_kind, found.friend_value = "percent", Decimal(10)
    found.examples_url = "https://kettle.example.com/cases"
    found.save()
    return found


def test_a_kit_brings_a_friend_and_both_are_rewarded(page, live_server, programme):
    ann = make_customer(first_name="Ann", last_name="Brown", email="ann@example.com")
    kit = f"{live_server.url}/m/k/{make_touch(ann).token}/"
    page.set_viewport_size(NARROW)
    page.goto(kit)
    expect(page.get_by_role("heading", name="Recommend us")).to_be_visible()
    page.get_by_role("button", name="Get my link").click()
    expect(page.get_by_role("img")).to_be_visible()
    assert fits(page)

    page.get_by_role("link", name=f"{live_server.url}/r/").click()
    expect(page.get_by_role("heading", name="Ann recommends Kettle & Co to you")).to_be_visible()
    assert fits(page)
    page.get_by_label("Your first name").fill("Ben")
    page.get_by_label("Your email").fill("ben@example.com")
    page.get_by_role("button", name="Get it").click()
    expect(page.get_by_text("One step is left")).to_be_visible()
    send_due(timezone.now())
    page.goto(f"{live_server.url}/m/y/{SignUp.objects.get().token}/")
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()

    ben = Customer.objects.get(source="referral")
    expect(page.get_by_text(Coupon.objects.get(customer=ben).code)).to_be_visible()
    now = timezone.now()
    make_order(customer=ben, placed_at=now, paid_at=now, delivered_at=now)
    attribute_waiting(now)
    settle_all(now + 16 * DAY)
    assert balances([ann.pk], now + 30 * DAY)[ann.pk] == 0
    settle_all(now + 17 * DAY)
    assert balances([ann.pk], now + 30 * DAY)[ann.pk] == 500
    page.goto(kit)
    expect(page.get_by_text("500 points")).to_have_count(2)
    expect(page.get_by_role("heading", name="Your rewards")).to_be_visible()


def test_oneself_is_refused_and_told_so(page, live_server, programme):
    ann = make_customer(first_name="Ann", last_name="Brown", email="ann.brown@gmail.com")
    page.goto(f"{live_server.url}/r/{code_of(ann, timezone.now()).replace('-', '')}")
    page.get_by_label("Your email").fill("annbrown+me@gmail.com")
    page.get_by_role("button", name="Get it").click()
    send_due(timezone.now())
    page.goto(f"{live_server.url}/m/y/{SignUp.objects.get().token}/")
    page.get_by_role("button").click()

    expect(page.get_by_text("nobody recommends the shop to themselves")).to_be_visible()
    assert not Referral.objects.exists()
    assert not Coupon.objects.exists()


def test_words_are_changed_and_a_letter_takes_them_along(page, live_server, programme):
    ann = make_customer(first_name="Ann")
    page.goto(f"{live_server.url}/m/k/{make_touch(ann).token}/")
    page.get_by_role("button", name="Get my link").click()
    page.get_by_label("Words to forward").fill("Just look")

    link = page.get_by_role("link", name="Mail").get_attribute("href")

    assert "body=Just%20look%20http" in link
    assert Event.objects.filter(kind="referral.forwarded").count() == 0


def test_managers_see_who_recommends_and_which_promises_were_kept(page, live_server, programme, sign_in):
    ann = make_customer(first_name="Ann", last_name="Brown")
    anne = make_customer(first_name="Anne", last_name="Brown")
    now = timezone.now()
    make_order(customer=anne, placed_at=now, coupon_code=code_of(ann, now))
    attribute_waiting(now)
    add_ready_promises("en")
    Promise.objects.update(is_active=True)
    case = make_case(ann, subject="The order is late")
    sign_in("Managers")

    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for path in (
            "crm/referral/", f"crm/referral/{Referral.objects.get().pk}/change/", "crm/referral/recommenders/",
            f"crm/referral/customer/{ann.pk}/", "crm/referralprogramme/1/change/", "crm/promise/register/",
        ):  # fmt: skip
            page.goto(f"{live_server.url}/admin/{path}")
            assert fits(page), path
    page.goto(f"{live_server.url}/admin/crm/case/{case.pk}/change/")
    page.get_by_role("button", name="Your order arrives on the day we promised").click()
    expect(page.get_by_text("Noted: this promise was broken.")).to_be_visible()
    page.goto(f"{live_server.url}/admin/crm/referral/{Referral.objects.get().pk}/change/")
    expect(page.get_by_text("The names are alike")).to_be_visible()
    page.get_by_role("button", name="It is as it should be").click()
    expect(page.get_by_text("Approved: both are rewarded when the order counts.")).to_be_visible()
