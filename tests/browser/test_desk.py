import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Case, CaseMessage, Channel
from crm.service import carriers, cases
from crm.service.carriers import Carrier, Handover
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_case, make_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUR = dt.timedelta(hours=1)
# What an agent reads on the way, by language.
WORDS = {
    "en": {
        "find": "Name, email, phone or order number",
        "log": "Log a complaint",
        "subject": "Subject",
        "save": "Save",
        "write": "Write to the customer",
        "send": "Send",
    },
    "ru": {
        "find": "Имя, email, телефон или номер заказа",
        "log": "Записать жалобу",
        "subject": "Тема письма",
        "save": "Сохранить",
        "write": "Написать клиенту",
        "send": "Отправить",
    },
}


@pytest.fixture(params=["en", "ru"])
def words(request, page, live_server, shop):
    """An agent on their first screen, who reads in this language."""
    page.context.add_cookies([{"name": "django_language", "value": request.param, "url": live_server.url}])
    user = User.objects.create_user("ada", password="secret-of-a-test", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    return WORDS[request.param]


@pytest.fixture
def first_screen(page, live_server, words):
    page.goto(f"{live_server.url}/")
    page.locator("[name=username]").fill("ada")
    page.locator("[name=password]").fill("secret-of-a-test")
    page.locator("button[type=submit]").first.click()
    page.wait_for_url("**/admin/")
    presses = []
    page.expose_function("pressed", lambda: presses.append(1))
    page.add_init_script("document.addEventListener('click', (event) => event.isTrusted && pressed(), true)")
    page.goto(f"{live_server.url}/admin/")
    return presses


@pytest.fixture
def sent(monkeypatch):
    """What leaves by email; nothing arrives anywhere."""
    letters = []

    def send(message, last, shop):
        letters.append(message.text)
        return Handover("<1@example.com>")

    carrier = Carrier(Channel.EMAIL, lambda: True, send, takes_files=True)
    monkeypatch.setitem(carriers.carriers(), Channel.EMAIL, carrier)
    return letters


def test_a_complaint_from_a_phone_call_takes_six_presses_at_most(page, first_screen, words):
    make_customer(first_name="Ann", last_name="Petrova", phone="+447700900123")

    page.get_by_label(words["find"]).fill("0123")
    page.get_by_role("link", name=re.compile("Ann Petrova")).click()
    page.get_by_text(words["log"]).click()
    page.get_by_label(words["subject"], exact=True).fill("The lid does not close")
    page.get_by_role("button", name=words["save"]).click()

    expect(page.get_by_role("link", name="The lid does not close").first).to_be_visible()
    assert Case.objects.get().kind == "complaint"
    assert len(first_screen) <= 6


def test_an_answer_to_a_reply_takes_two_presses(page, live_server, first_screen, words, sent):
    case = make_case(
        make_customer(email="ann@example.com"), kind="question", at=timezone.now() - HOUR, subject="A lid?"
    )
    CaseMessage.objects.create(case=case, direction="received", address="ann@example.com", text="Which lid fits?")
    cases.note_unanswered(case, since=timezone.now(), at=timezone.now())
    page.goto(f"{live_server.url}/admin/")
    first_screen.clear()

    page.get_by_role("link", name=re.compile("A lid")).click()
    page.get_by_label(words["write"]).fill("The blue one.")
    page.get_by_role("button", name=words["send"], exact=True).click()

    expect(page.get_by_text("The blue one.")).to_be_visible()
    assert sent == ["The blue one."]
    assert Case.objects.get().owner.username == "ada"
    assert not Case.objects.waiting().exists()
    assert len(first_screen) == 2


def test_the_desk_is_worked_by_keys(page, sign_in, live_server, shop):
    agent = sign_in("Support")
    now = timezone.now()
    for number in range(3):
        make_case(make_customer(), subject=f"Case {number}", at=now - (3 - number) * HOUR)
    page.goto(f"{live_server.url}/admin/desk/")
    expect(page.get_by_role("link", name=re.compile("Case 0"))).to_be_visible()

    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name=re.compile("Case 1"))).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_text("“Case 1” is yours now.")).to_be_visible()
    assert Case.objects.get(owner=agent).subject == "Case 1"

    page.keyboard.press("?")
    expect(page.get_by_text("next and previous line")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("case 2 and j")
    expect(page.get_by_label("Subject, name or order number")).to_have_value("case 2 and j")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/admin/crm/case/"))
    assert set(Case.objects.filter(owner=agent).values_list("subject", flat=True)) == {"Case 0", "Case 1"}


def test_counts_come_anew_and_the_list_stays_where_it_is(page, sign_in, live_server, shop):
    sign_in("Support")
    make_case(make_customer(), subject="First", at=timezone.now())
    page.goto(f"{live_server.url}/admin/desk/")
    make_case(make_customer(), subject="Second", at=timezone.now(), severity="high")

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("[data-count=answer]")).to_have_text("2")
    expect(page.get_by_text("The list has changed meanwhile.")).to_be_visible()
    assert page.locator("[data-line]").count() == 1
    page.get_by_role("link", name="Show it").click()
    expect(page.locator("[data-line]").first).to_contain_text("Second")


def test_a_colleague_is_asked_and_the_case_waits_for_them(page, sign_in, live_server, shop):
    sign_in("Support")
    Group.objects.create(name="Warehouse")
    case = make_case(make_customer(), at=timezone.now())
    page.goto(f"{live_server.url}/admin/crm/case/{case.pk}/change/")

    page.get_by_text("Ask a colleague…").click()
    page.get_by_label("What to find out or do").fill("Is a lid in stock?")
    page.get_by_label("Whom to ask").select_option(label="Warehouse")
    page.get_by_role("button", name="Hand over").click()

    expect(page.get_by_text("It waits for: Warehouse.")).to_be_visible()
    expect(page.get_by_role("link", name="Is a lid in stock?")).to_be_visible()


def test_the_desk_and_a_full_case_fit_a_phone(page, sign_in, live_server, shop):
    sign_in("Managers")
    ann = make_customer(first_name="Ann", last_name="Petrova-Oberländer")
    case = make_case(ann, subject="Unbreakable" * 18, at=timezone.now(), owner=User.objects.get())
    make_case(ann, at=timezone.now())
    page.set_viewport_size(NARROW)

    for path in ("desk/", "desk/?mine=1", "desk/times/", f"crm/case/{case.pk}/change/", "crm/shop/1/change/"):
        page.goto(f"{live_server.url}/admin/{path}")
        assert fits(page), path
