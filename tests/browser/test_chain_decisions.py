"""A marketer decides: who of the past is let in, what becomes of those under way, of a surge and of a pause."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.definition import pausing
from chains.engine.run import tick
from chains.models import Backlog, Chain, Enrolment, Entrant
from segments.models import Segment
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import draft_chain, live_chain, message, wait
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = dt.timedelta(days=1)


def page_of(live_server, chain, *more):
    return "/".join([f"{live_server.url}/admin/chains/chain/{chain.pk}", *(more or ("change",)), ""])


def test_marketer_publishes_and_lets_the_past_in_little_by_little(page, sign_in, live_server, shop):
    now = timezone.now()
    for day in (1, 2, 40):
        make_order(placed_at=now - day * DAY)
    chain = draft_chain(message(name="Thanks"), name="After an order")
    sign_in("Marketing")

    page.goto(page_of(live_server, chain))
    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_text("2 customers would enter at once.")).to_be_visible()
    page.get_by_label("Looking back over the last").fill("60")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_text("3 customers would enter at once.")).to_be_visible()
    page.get_by_label("Let them in little by little").check()
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Publish", exact=True).click()

    expect(page.locator("[data-told]")).to_have_text("Published as version 1.")
    expect(page.get_by_text("Let in bit by bit")).to_be_visible()
    assert fits(page)
    assert Backlog.objects.get().spread_days == 14


def test_marketer_moves_people_to_a_new_version_and_sees_what_differs(page, sign_in, live_server, shop):
    now = timezone.now()
    chain = live_chain(message(name="Thanks"), wait(10), message(name="Care"), name="After an order", at=now - DAY)
    make_order(placed_at=now - dt.timedelta(hours=1))
    tick(now)
    chain.steps.filter(kind="wait").update(wait_amount=3)
    chain.steps.filter(name="Care").delete()
    sign_in("Marketing")

    page.goto(page_of(live_server, chain))
    page.get_by_role("button", name="Publish 2 changes…").click()
    expect(page.get_by_text("Removed: 3. “Care”")).to_be_visible()
    page.get_by_label("They go on in the new version").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("link", name="version 2").click()

    expect(page.get_by_text("They are moved to version 2.")).to_be_visible()
    expect(page.get_by_text("Removed: 3. “Care”")).to_be_visible()
    page.set_viewport_size(NARROW)
    assert fits(page)


def test_marketer_lets_in_whom_a_surge_kept_out(page, sign_in, live_server, shop):
    now = timezone.now()
    live_chain(message(), name="After an order", at=now - DAY, surge_limit=1)
    for minute in range(3):
        make_order(placed_at=now - dt.timedelta(minutes=5 - minute))
    tick(now)
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/chains/chain/")
    expect(page.get_by_text("2 customers wait for your decision.")).to_be_visible()
    page.locator(".enc-card-bad").get_by_role("link", name="After an order").click()
    expect(page.get_by_text("Entry is paused: too many at once")).to_be_visible()
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Let them in").click()

    expect(page.get_by_text("2 customers are let in.")).to_be_visible()
    assert Entrant.objects.filter(is_let_in=True).count() == 2


def test_marketer_resumes_a_chain_and_says_what_becomes_of_the_pause(page, sign_in, live_server, shop):
    now = timezone.now()
    chain = live_chain(message(), wait(1), message(), name="After an order", at=now - 9 * DAY)
    make_order(placed_at=now - 8 * DAY)
    tick(now - 8 * DAY)
    pausing.pause(chain, now - 7.5 * DAY)
    make_order(placed_at=now - 2 * DAY)
    tick(now - DAY)
    sign_in("Marketing")

    page.goto(page_of(live_server, chain))
    page.get_by_role("link", name="Resume…").click()
    expect(page.get_by_text("1 customer would have entered")).to_be_visible()
    page.get_by_label("Drop it.").check()
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Resume").click()

    expect(page.get_by_text("It goes on.")).to_be_visible()
    assert Chain.objects.get(pk=chain.pk).is_live
    assert Enrolment.objects.count() == 1
    assert not Entrant.objects.exists()


def test_marketer_starts_a_chain_every_week_for_whom_a_rule_names(page, sign_in, live_server, shop):
    make_customer(city="Leeds")
    make_customer(city="Cork")
    chain = draft_chain(message(name="News"), name="Weekly news")
    segment = Segment.objects.create(
        name="Leeds", rule={"all": [{"field": "city", "operator": "is", "value": ["Leeds"]}]}
    )
    sign_in("Marketing")

    page.goto(page_of(live_server, chain))
    page.locator("[data-part=start]").click()
    page.get_by_label("starts when").select_option("season")
    page.get_by_label("Monday").check()
    rule = page.locator(".field-audience_rule")
    field = rule.get_by_role("combobox", name="What to ask about").first
    field.fill("segment")
    field.press("Tab")
    rule.get_by_label("Value").fill("Leeds")
    rule.get_by_label("Value").press("Enter")
    expect(rule.locator(".rule-chip")).to_contain_text("Leeds")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-panel]")).to_be_hidden()
    page.get_by_role("button", name="Publish…").click()

    expect(page.get_by_text("1 customer enters then.")).to_be_visible()
    expect(page.get_by_text("Starts: every week: Monday, at 10:00.")).to_be_visible()
    chain.refresh_from_db()
    assert chain.audience_rule == {"all": [{"field": "segment", "operator": "is", "value": [str(segment.pk)]}]}
