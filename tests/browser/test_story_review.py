"""A delivery, one press in a letter, a review with a photo, its moderation, and the letter of somebody else."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.engine.run import tick
from chains.messages.written import Block
from crm.models import Feedback, Review, ReviewSettings, Survey
from crm.orders import orders
from crm.surveys.ready import add_ready_surveys
from tests.browser.conftest import NARROW, PERSON, fits
from tests.browser.test_reviews import shot
from tests.chains.factories import live_chain, make_template, message
from tests.chains.survey_letters import survey_block
from tests.chains.test_offer_blocks import block
from tests.conftest import make_customer, make_order, make_product
from tests.photos import photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUR = dt.timedelta(hours=1)
WORDS = {
    "en": {
        "survey": "Would you recommend us",
        "liked": "What did you like most?",
        "send": "Send",
        "thanks": "Thank you",
        "offer": "Tell others too",
        "stars": "5 stars",
        "words": "In your own words",
        "may": "You may publish my review and its photos",
        "review": "Send the review",
        "sent": "Thank you for your review",
        "answer": "Answer in public",
        "save": "Save the answer",
        "saved": "The answer is saved",
        "publish": "Publish",
        "published": "Published: it is on the site",
        "photo": "Photo of a buyer",
        "bought": "bought it here",
    },
    "ru": {
        "survey": "Порекомендуете ли вы нас",
        "liked": "Что вам понравилось больше всего?",
        "send": "Отправить",
        "thanks": "Спасибо",
        "offer": "Рассказать другим",
        "stars": "5 звёзд",
        "words": "Своими словами",
        "may": "Мой отзыв и фото можно опубликовать",
        "review": "Отправить отзыв",
        "sent": "Спасибо за отзыв",
        "answer": "Ответить публично",
        "save": "Сохранить ответ",
        "saved": "Ответ сохранён",
        "publish": "Опубликовать",
        "published": "Опубликован: он на сайте",
        "photo": "Фото покупателя",
        "bought": "куплено здесь",
    },
}


@pytest.fixture
def phone(chromium):
    # A letter has its style in its elements; it takes the place of a page that allows none.
    context = chromium.new_context(viewport=NARROW, user_agent=PERSON, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def home(tmp_path):
    file = tmp_path / "home.jpg"
    file.write_bytes(photo((1200, 900)))
    return file


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_delivery_becomes_a_review_that_others_read_in_their_letters(
    page, phone, sign_in, live_server, shop, settings, home, mailoutbox, language
):
    words, settings.SITE_URL, settings.LANGUAGE_CODE = WORDS[language], live_server.url, language
    # Whatever time the test runs at.
    shop.quiet_from = shop.quiet_until
    shop.save()
    kettle = make_product(sku="K-1", name="Kettle Aria")
    ask_after_deliveries(language, words)

    # Delivered, asked, and answered by one press in the letter.
    now = timezone.now()
    emma = make_customer(first_name="Emma", last_name="Stone", email="emma@example.com", language=language)
    orders.deliver(make_order(customer=emma, product=kettle, placed_at=now - 48 * HOUR), at=now)
    tick(timezone.now())
    open_letter(phone, mailoutbox, emma)
    phone.get_by_role("link", name="9", exact=True).click()
    expect(phone.get_by_label("9", exact=True)).to_be_checked()
    phone.get_by_label(words["liked"]).fill("It came in a day")
    assert fits(phone)
    phone.get_by_role("button", name=words["send"]).click()
    expect(phone.get_by_role("heading", name=words["thanks"])).to_be_visible()
    assert list(Feedback.objects.order_by("pk").values_list("kind", "score")) == [("nps", 9), ("words", None)]

    shot(phone, f"thanks-{language}-390")

    # The page that thanks leads on to the review.
    phone.get_by_role("link", name=words["offer"]).click()
    phone.get_by_label(words["stars"]).check(force=True)
    phone.get_by_label(words["words"]).fill("Quiet, and boils in three minutes.")
    phone.get_by_label(words["may"]).check()
    phone.get_by_label("E. S.").check()
    phone.locator("#photos").set_input_files(home)
    assert fits(phone)
    phone.get_by_role("button", name=words["review"]).click()
    expect(phone.get_by_role("heading", name=words["sent"])).to_be_visible()

    # Nobody else sees it before it is published.
    follow(kettle, "early@example.com", language)
    assert "Quiet" not in letter_to(mailoutbox, "early@example.com")
    moderate(page, sign_in, live_server, words, language)

    # The next buyer reads it in a letter, with the photo and as much of the name as was allowed.
    next_buyer = follow(kettle, "next@example.com", language)
    open_letter(phone, mailoutbox, next_buyer)
    expect(phone.get_by_text("Quiet, and boils in three minutes.")).to_be_visible()
    expect(phone.get_by_text("— E. S.")).to_be_visible()
    expect(phone.get_by_text("Emma")).to_have_count(0)
    shot(phone, f"letter-{language}-390")
    picture = phone.locator(f"img[src*='{Review.objects.get().photos.get().token}']")
    expect(picture).to_have_js_property("naturalWidth", 320)
    assert fits(phone)

    # And everybody on the site.
    page.goto(f"{live_server.url}/admin/crm/reviewsettings/")
    phone.goto(f"{live_server.url}/reviews/{ReviewSettings.load().feed_key}.html?product=K-1&language={language}")
    for told in ("Quiet, and boils in three minutes.", "E. S.", words["bought"], "Enjoy your tea!"):
        expect(phone.get_by_text(told)).to_be_visible()
    expect(phone.get_by_alt_text(words["photo"])).to_be_visible()
    assert fits(phone)


def ask_after_deliveries(language, words):
    """Two chains at work: one asks after a delivery, one tells whoever orders what others say."""
    add_ready_surveys(language)
    survey = survey_block(Survey.objects.get(name=words["survey"]))
    began = timezone.now() - HOUR
    for event, shown in (("order.delivered", survey), ("order.placed", block("review", title="What others say"))):
        greeting = Block("words", {"source": "Good day."}, key="e5f6a7b8")
        template = make_template(languages=(language,), blocks=[greeting, shown])
        live_chain(message(template=template), event=event, at=began)


def follow(kettle, email, language):
    """Somebody else orders the same, and gets their letter."""
    customer = make_customer(first_name="Ben", email=email, language=language)
    make_order(customer=customer, product=kettle, placed_at=timezone.now())
    tick(timezone.now())
    return customer


def letter_to(mailoutbox, email):
    (letter,) = [letter for letter in mailoutbox if letter.to == [email]]
    return letter.alternatives[0].content


def open_letter(phone, mailoutbox, customer):
    phone.set_content(letter_to(mailoutbox, customer.contacts.get().address))


def moderate(page, sign_in, live_server, words, language):
    sign_in("Support")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.goto(f"{live_server.url}/admin/crm/review/")
    page.get_by_role("link", name="Kettle Aria").click()
    page.get_by_label(words["answer"]).fill("Enjoy your tea!")
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text(words["saved"])).to_be_visible()
    page.get_by_role("button", name=words["publish"]).click()
    expect(page.get_by_text(words["published"])).to_be_visible()
