"""An angry reply by mail is put right: marketing rests meanwhile, goodwill is given, the content are asked once."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone, translation
from playwright.sync_api import expect

from chains.channels.email.received_mail import read
from chains.channels.email.record_mail import record_mail
from chains.definition.publishing import publish
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Touch
from chains.page_letters.letter import page_url
from crm.loyalty import balances
from crm.models import Case, ReferralProgramme
from tests.browser.conftest import NARROW, PERSON, fits
from tests.chains.channels.email.letters import reply, to
from tests.chains.factories import live_chain, make_template, marketing, message, wait
from tests.chains.test_ready_chains import ready_chain
from tests.conftest import make_case, make_customer, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
STORY = {
    "en": {
        "angry": "This is outrageous, the kettle leaks. I want my money back, and it is urgent!",
        "urgent": "urgent",
        "complaint": "complaint",
        "stopped": "Marketing to this customer is stopped until this is resolved.",
        "next": "Take the next one",
        "solution": "Solution offered",
        "alternative": "Alternative",
        "give": "Give something for the trouble",
        "bonus": "Goodwill",
        "much": "How much",
        "why": "Why",
        "offer": "Send the offer",
        "suggestion": "Our suggestion",
        "gift": "100 points",
        "send": "Send",
        "thanks": "Thank you, we get to work",
        "accepted": "accepted the alternative",
        "given": "given",
        "balance": "You have 100 points.",
        "resolve": "Resolve",
        "resolved": "Resolved. Marketing to this customer may go on.",
        "ask": "Ask whether all is well",
        "yes": "Yes, all is well",
        "good": "Good to hear, thank you",
        "closed": "The loop is closed.",
        "kit": "Recommend us",
    },
    "ru": {
        "angry": "Это возмутительно, чайник течёт. Верните деньги, и срочно!",
        "urgent": "срочно",
        "complaint": "жалоба",
        "stopped": "Рекламные сообщения этому клиенту остановлены, пока это не решено.",
        "next": "Взять следующее",
        "solution": "Предложенное решение",
        "alternative": "Другой вариант",
        "give": "Дать что-то за неудобство",
        "bonus": "Бонус за неудобство",
        "much": "Сколько",
        "why": "За что",
        "offer": "Отправить предложение",
        "suggestion": "Наше предложение",
        "gift": "100 баллов",
        "send": "Отправить",
        "thanks": "Спасибо, берёмся за дело",
        "accepted": "принят другой вариант",
        "given": "дано",
        "balance": "У вас 100 баллов.",
        "resolve": "Решено",
        "resolved": "Решено. Рекламные сообщения этому клиенту снова возможны.",
        "ask": "Спросить, всё ли хорошо",
        "yes": "Да, всё хорошо",
        "good": "Рады слышать, спасибо",
        "closed": "Вопрос закрыт.",
        "kit": "Посоветовать нас",
    },
}


@pytest.fixture
def open_shop(shop, settings, live_server):
    """It writes at any hour, has a referral programme, and asks content customers for a recommendation."""
    settings.SITE_URL, settings.CURRENCY = live_server.url, "EUR"
    shop.quiet_from = shop.quiet_until
    shop.save()
    programme = ReferralProgramme(pk=1, is_on=True, examples_url="https://kettle.example.com/cases")
    programme.recommender_kind, programme.recommender_value = "points", Decimal(500)
    programme.friend_kind, programme.friend_value = "percent", Decimal(10)
    programme.save()
    publish(ready_chain("referral_complaint"), timezone.now())
    return shop


@pytest.fixture
def desk(open_shop):
    """Others wait already: for longer, of a time that is over, and an urgent question."""
    now = timezone.now()
    make_case(subject="An older complaint", at=now - 3 * DAY)
    make_case(subject="An urgent question", kind="question", severity="high", at=now - HOUR)


@pytest.fixture
def letter(desk):
    """The one of a chain that was sent to the customer; an offer of the same chain is next."""
    now = timezone.now()
    both = {"languages": ("en", "ru")}
    live_chain(
        message(template=make_template(**both)),
        wait(30, "minutes"),
        marketing(template=make_template(purpose="marketing", subject="More for you", **both)),
        event="order.delivered",
        at=now,
    )
    ann = make_customer(first_name="Ann", last_name="Petrova", email="ann@example.com")
    make_order(customer=ann, number="R-1001", placed_at=now, delivered_at=now + dt.timedelta(seconds=1))
    tick(now + dt.timedelta(seconds=2))
    return Touch.objects.sent().get(customer=ann)


@pytest.fixture
def phone(chromium):
    """What the customer holds."""
    context = chromium.new_context(viewport=NARROW, user_agent=PERSON)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", STORY)
def test_an_angry_reply_is_put_right_and_ends_in_one_recommendation(
    page, phone, sign_in, live_server, letter, language
):
    words, ann = STORY[language], letter.customer
    type(ann).objects.filter(pk=ann.pk).update(language=language)
    agent = sign_in("Support")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])

    # The reply comes in: an urgent complaint, and the offer that was due is held because of it.
    record_mail(read(reply(words["angry"], to=to(letter))), timezone.now())
    tick(timezone.now() + HOUR)
    offer = Touch.objects.get(customer=ann, purpose="marketing")
    assert (offer.status, offer.reason) == (Touch.Status.SCHEDULED, Touch.Reason.COMPLAINT)

    # The agent takes the most urgent one. It is this.
    page.goto(f"{live_server.url}/admin/desk/")
    first = page.locator("[data-line]").first
    expect(first).to_contain_text("Ann Petrova")
    expect(first).to_contain_text(words["urgent"])
    expect(first).to_contain_text(words["complaint"])
    page.get_by_role("button", name=words["next"]).click()
    expect(page.get_by_text(words["urgent"], exact=True)).to_be_visible()
    expect(page.get_by_text(words["stopped"])).to_be_visible()
    case = Case.objects.get(customer=ann)
    assert (case.kind, case.severity, case.owner, case.order) == ("complaint", "high", agent, letter.order)

    # They offer two ways, and points to whoever takes one.
    form = page.locator("form", has=page.get_by_role("button", name=words["offer"]))
    form.get_by_label(words["solution"]).fill("A new kettle")
    form.get_by_label(words["alternative"]).fill("100 %")
    form.get_by_text(words["give"]).click()
    form.get_by_label(words["bonus"]).select_option("points")
    form.get_by_label(words["much"]).fill("100")
    form.get_by_label(words["why"], exact=True).fill("It leaked")
    form.get_by_role("button", name=words["offer"]).click()
    expect(page.locator(".enc-letter-out")).to_have_count(1)
    assert balances([ann.pk], timezone.now())[ann.pk] == 0

    # The customer looks, and takes one.
    phone.goto(link_in(mail.outbox[-1], "/m/case/"))
    expect(phone.get_by_role("heading", name=words["suggestion"])).to_be_visible()
    expect(phone.get_by_text(words["gift"])).to_be_visible()
    assert fits(phone)
    phone.get_by_text("100 %").click()
    phone.get_by_role("button", name=words["send"]).click()
    expect(phone.get_by_role("heading", name=words["thanks"])).to_be_visible()
    expect(phone.get_by_text(words["gift"])).to_be_visible()

    # The points are theirs: on their own page, which asks for no recommendation yet, and on their card.
    phone.goto(page_url(ann, timezone.now()))
    expect(phone.get_by_text(words["balance"])).to_be_visible()
    expect(phone.get_by_role("heading", name=words["kit"])).to_have_count(0)
    assert fits(phone)
    page.goto(f"{live_server.url}/admin/crm/customer/{ann.pk}/change/")
    expect(page.get_by_text(words["stopped"])).to_be_visible()
    expect(page.get_by_text(words["gift"], exact=True).first).to_be_visible()
    with translation.override(language):
        expect(page.locator("#story").get_by_text(sentence(offer))).to_be_visible()

    # The agent sees what was chosen and resolves it: the offer goes out.
    page.goto(f"{live_server.url}/admin/crm/case/{case.pk}/change/")
    expect(page.get_by_text(words["accepted"])).to_be_visible()
    expect(page.get_by_text(words["given"], exact=True)).to_be_visible()
    page.get_by_role("button", name=words["resolve"], exact=True).click()
    expect(page.get_by_text(words["resolved"])).to_be_visible()
    tick(timezone.now() + DAY)
    assert mail.outbox[-1].subject == "More for you"

    # They are asked once more, and are content.
    page.get_by_role("button", name=words["ask"]).click()
    expect(page.locator(".enc-letter-out")).to_have_count(2)
    phone.goto(link_in(mail.outbox[-1], "/m/case/"))
    assert fits(phone)
    phone.get_by_text(words["yes"]).click()
    phone.get_by_role("button", name=words["send"]).click()
    expect(phone.get_by_role("heading", name=words["good"])).to_be_visible()
    page.reload()
    expect(page.get_by_text(words["closed"])).to_be_visible()

    # Two weeks later they are asked for a recommendation, and never again.
    confirmed_at = Case.objects.get(pk=case.pk).confirmed_at
    written = len(mail.outbox)
    for days in range(14):
        tick(confirmed_at + days * DAY)
    assert len(mail.outbox) == written
    for days in range(14, 30):
        tick(confirmed_at + days * DAY + HOUR)
    [asked] = mail.outbox[written:]
    phone.goto(link_in(asked, "/m/k/"))
    expect(phone.get_by_role("heading", name=words["kit"])).to_be_visible()
    assert fits(phone)


def link_in(letter, path):
    return re.search(rf"http\S+{path}\S+", letter.body)[0]
