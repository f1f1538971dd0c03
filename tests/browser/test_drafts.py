"""Nothing that staff typed is lost, whatever happens before it is saved."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Case, CaseMessage
from tests.conftest import make_case, make_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HALF = "Dear Ann, we are so"
BEFORE = "This was typed here before and has not been saved."


@pytest.fixture
def case_page(page, sign_in, live_server, shop):
    """The page of an open complaint, as an agent sees it."""
    sign_in("Support")
    case = make_case(make_customer(first_name="Ann"), at=timezone.now())
    page.goto(f"{live_server.url}/admin/crm/case/{case.pk}/change/")
    return page


def written(page):
    return page.get_by_label("Write to the customer").input_value()


def answer_dialogs(page, *, accept):
    """Answers every question the page asks, and tells which were asked."""
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        if accept:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked


def test_sending_one_form_of_a_page_keeps_the_words_in_the_others(case_page):
    case_page.get_by_label("Write to the customer").fill(HALF)
    case_page.get_by_role("button", name="Acknowledge").click()

    expect(case_page.get_by_text(BEFORE)).to_be_visible()
    assert written(case_page) == HALF
    assert Case.objects.get().acknowledged_at

    case_page.get_by_label("Solution offered").fill("A new lid")
    case_page.get_by_role("button", name="Send", exact=True).click()
    expect(case_page.get_by_text("Sent to")).to_be_visible()
    expect(case_page.get_by_label("Solution offered")).to_have_value("A new lid")
    assert (written(case_page), CaseMessage.objects.get().text) == ("", HALF)

    with case_page.expect_navigation():
        case_page.get_by_role("button", name="Save", exact=True).click()
    expect(case_page.get_by_label("Solution offered")).to_have_value("A new lid")
    case_page.get_by_role("button", name="Forget it").click()
    case_page.reload()
    assert case_page.get_by_label("Solution offered").input_value() == ""
    expect(case_page.get_by_text(BEFORE)).to_have_count(0)


def test_resolving_beside_a_half_written_letter_asks_first(case_page):
    case_page.get_by_label("Write to the customer").fill(HALF)
    asked = answer_dialogs(case_page, accept=False)
    case_page.get_by_role("button", name="Resolve").click()

    assert asked == ["confirm"]
    assert (Case.objects.get().resolved_at, written(case_page)) == (None, HALF)


def test_whoever_resolves_all_the_same_finds_the_words_on_the_page(case_page):
    case_page.get_by_label("Write to the customer").fill(HALF)
    answer_dialogs(case_page, accept=True)
    case_page.get_by_role("button", name="Resolve").click()

    expect(case_page.get_by_text("there is no field for it any more")).to_be_visible()
    expect(case_page.get_by_text(HALF)).to_be_visible()
    case_page.get_by_role("button", name="Forget it").click()
    case_page.reload()
    expect(case_page.get_by_text(HALF)).to_have_count(0)


def test_resolving_with_nothing_typed_asks_nothing(case_page):
    asked = answer_dialogs(case_page, accept=False)
    case_page.get_by_role("button", name="Resolve").click()

    expect(case_page.get_by_role("button", name="The customer is content")).to_be_visible()
    assert asked == []


def test_words_come_back_after_signing_in_anew(case_page, live_server):
    case_page.get_by_label("Write to the customer").fill(HALF)
    Session.objects.all().delete()
    case_page.get_by_role("button", name="Send", exact=True).click()
    sign_in_again(case_page, "support")

    expect(case_page.get_by_text(BEFORE)).to_be_visible()
    assert (written(case_page), CaseMessage.objects.count()) == (HALF, 0)
    case_page.get_by_role("button", name="Send", exact=True).click()
    expect(case_page.get_by_text("Sent to")).to_be_visible()
    assert written(case_page) == ""


def test_words_of_one_agent_are_not_shown_to_another_at_the_same_desk(case_page):
    case_page.get_by_label("Write to the customer").fill(HALF)
    User.objects.create_superuser("boss", password="secret-of-a-test")
    Session.objects.all().delete()
    case_page.get_by_role("button", name="Send", exact=True).click()
    sign_in_again(case_page, "boss")

    expect(case_page.get_by_label("Write to the customer")).to_be_visible()
    assert written(case_page) == ""


def test_a_refused_letter_is_still_there_after_a_reload(case_page):
    Case.objects.get().customer.contacts.all().delete()
    case_page.reload()
    case_page.get_by_label("Write to the customer").fill(HALF)
    case_page.get_by_role("button", name="Send", exact=True).click()
    expect(case_page.get_by_text("There is no address to write to.")).to_be_visible()

    answer_dialogs(case_page, accept=True)
    case_page.reload()

    assert written(case_page) == HALF


def test_leaving_with_unsaved_words_asks(case_page):
    case_page.get_by_label("Write to the customer").click()
    case_page.keyboard.type(HALF)
    asked = answer_dialogs(case_page, accept=False)
    case_page.get_by_role("link", name="Find a customer").first.click()

    assert asked == ["beforeunload"]
    assert written(case_page) == HALF


def test_a_complaint_half_logged_on_the_customers_page_is_there_again(page, sign_in, live_server, shop):
    sign_in("Support")
    ann = make_customer(first_name="Ann")
    page.goto(f"{live_server.url}/admin/crm/customer/{ann.pk}/change/")
    page.get_by_text("Log a complaint").click()
    page.get_by_label("What happened").fill(HALF)
    page.get_by_label("Severity").select_option("high")
    answer_dialogs(page, accept=True)
    page.goto(f"{live_server.url}/admin/crm/case/")
    page.goto(f"{live_server.url}/admin/crm/customer/{ann.pk}/change/")

    expect(page.get_by_label("What happened")).to_be_visible()
    assert (page.get_by_label("What happened").input_value(), page.get_by_label("Severity").input_value()) == (
        HALF,
        "high",
    )
    page.get_by_label("Subject").fill("The lid")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("The complaint is logged"))).to_be_visible()
    expect(page.get_by_text(BEFORE)).to_have_count(0)


def sign_in_again(page, name):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("secret-of-a-test")
    page.get_by_role("button", name="Log in").click()
