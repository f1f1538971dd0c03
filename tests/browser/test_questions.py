import pytest
from playwright.sync_api import expect

from crm.models import Case, Feedback
from tests.browser.conftest import NARROW, PERSON, fits
from tests.chains.question_letters import KEY, make_asked_touch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_press_in_the_letter_confirms_itself_once_somebody_looks(chromium, live_server, shop):
    touch = make_asked_touch(shop, asks="nps", low_words="not at all", high_words="surely")
    context = chromium.new_context(viewport=NARROW, locale="en", user_agent=PERSON)
    # A program that drives a browser says so; this one is to pass for a person.
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })")
    page = context.new_page()

    page.goto(f"{live_server.url}/m/q/{touch.token}/{KEY}/?answer=3")
    assert not Feedback.objects.exists()
    expect(page.get_by_text("Your answer is noted")).to_be_visible(timeout=10_000)
    assert fits(page)

    assert (Feedback.objects.get().score, Case.objects.count()) == (3, 1)

    page.get_by_text("9", exact=True).click()
    page.get_by_label("What should we know?").fill("I pressed the wrong number")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()

    assert (Feedback.objects.get().score, Feedback.objects.get().text) == (9, "I pressed the wrong number")
