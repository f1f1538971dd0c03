"""An agent answers with a ready answer and a file, offers a solution, and the customer presses what they choose."""

import io
import re

import pytest
from django.core import mail
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from crm.models import Case, CaseMessage, CaseOffer, ReadyAnswer, ReadyAnswerText
from crm.service import conversations
from crm.service.conversations import CustomerLetter
from tests.browser.conftest import NARROW, fits
from tests.conftest import make_case, make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGES = {
    "en": {
        "find": "Find a ready answer",
        "write": "Write to the customer",
        "send": "Send",
        "anyway": "Send anyway",
        "open": "These are not filled in: {{ tracking }}.",
        "give": "Give something for the trouble",
        "files": "Files",
        "solution": "Solution offered",
        "alternative": "Alternative",
        "bonus": "Goodwill",
        "much": "How much",
        "why": "Why",
        "offer": "Send the offer",
        "suggestion": "Our suggestion",
        "thanks": "Thank you, we get to work",
        "accepted": "accepted the alternative",
    },
    "ru": {
        "find": "Найти готовый ответ",
        "write": "Написать клиенту",
        "send": "Отправить",
        "anyway": "Всё равно отправить",
        "open": "Не заполнено: {{ tracking }}.",
        "give": "Дать что-то за неудобство",
        "files": "Файлы",
        "solution": "Предложенное решение",
        "alternative": "Другой вариант",
        "bonus": "Бонус за неудобство",
        "much": "Сколько",
        "why": "За что",
        "offer": "Отправить предложение",
        "suggestion": "Наше предложение",
        "thanks": "Спасибо, берёмся за дело",
        "accepted": "принят другой вариант",
    },
}


@pytest.fixture
def case(shop):
    ann = make_customer(first_name="Ann", last_name="Petrova", email="ann@example.com")
    case = make_case(ann, order=make_order(customer=ann, number="R-1001", placed_at=timezone.now()), at=timezone.now())
    letter = CustomerLetter("1", "ann@example.com", "It leaks", "It leaks at the lid.", timezone.now())
    conversations.receive_letter(ann, letter, case=case)
    for language, text in (
        ("en", "Hello {{ first_name }}, {{ tracking }}"),
        ("ru", "Привет, {{ first_name }}! {{ tracking }}"),
    ):
        answer, _is_new = ReadyAnswer.objects.get_or_create(title="Zebra")
        ReadyAnswerText.objects.create(answer=answer, language=language, text=text)
    return case


def picture():
    data = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(data, "PNG")
    return {"name": "lid.png", "mimeType": "image/png", "buffer": data.getvalue()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agent_answers_and_the_customer_accepts_an_offer(page, sign_in, live_server, settings, case, language):
    words = LANGUAGES[language]
    settings.LANGUAGE_CODE = language
    settings.SITE_URL = live_server.url
    case.customer.language = language
    case.customer.save()
    sign_in("Support")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.goto(f"{live_server.url}/admin/crm/case/{case.pk}/change/")

    text = page.get_by_label(words["write"], exact=True)
    text.press("/")
    page.get_by_placeholder(words["find"]).press_sequentially("zeb")
    page.keyboard.press("Enter")
    expect(text).to_have_value(re.compile("Ann.*{{ tracking }}"))
    page.get_by_label(words["files"], exact=True).set_input_files([picture()])
    expect(page.get_by_text("lid.png")).to_be_visible()
    page.get_by_role("button", name=words["send"], exact=True).click()

    expect(page.get_by_text(words["open"])).to_be_visible()
    assert CaseMessage.objects.sent().count() == 0
    expect(page.locator("[data-back]")).to_be_focused()
    text = page.get_by_label(words["write"], exact=True)
    text.fill("The lid is on its way, see the picture.")
    page.get_by_role("button", name=words["anyway"]).click()
    expect(page.locator(".enc-letter-out")).to_contain_text("lid.png")
    assert [message.attachments.count() for message in CaseMessage.objects.sent()] == [1]

    offer = page.locator("form", has=page.get_by_role("button", name=words["offer"]))
    offer.get_by_label(words["solution"]).fill("A new lid")
    offer.get_by_label(words["alternative"]).fill("Your money back")
    offer.get_by_text(words["give"]).click()
    offer.get_by_label(words["bonus"]).select_option("points")
    offer.get_by_label(words["much"]).fill("100")
    offer.get_by_label(words["why"], exact=True).fill("It leaked")
    offer.get_by_role("button", name=words["offer"]).click()
    expect(page.locator(".enc-letter-out")).to_have_count(2)
    address = re.search(r"http\S+/m/case/\S+", mail.outbox[-1].body)[0]
    page.goto(address)
    expect(page.get_by_role("heading", name=words["suggestion"])).to_be_visible()
    page.get_by_text("Your money back").click()
    page.locator("button").click()
    expect(page.get_by_role("heading", name=words["thanks"])).to_be_visible()
    page.goto(f"{live_server.url}/admin/crm/case/{case.pk}/change/")

    expect(page.get_by_text(words["accepted"])).to_be_visible()
    assert CaseOffer.objects.get().choice == "alternative"
    assert Case.objects.get().waits_for_us


def test_the_pages_fit_a_phone(page, sign_in, live_server, case):
    sign_in("Support")
    page.set_viewport_size(NARROW)

    page.goto(f"{live_server.url}/admin/crm/case/{case.pk}/change/")

    page.locator("[data-ready] summary").click()
    assert fits(page)
