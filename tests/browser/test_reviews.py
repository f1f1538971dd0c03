"""A review from the letter to the shop's site: written with a photo, looked at, answered, shown, and quoted."""

import os

import pytest
from playwright.sync_api import expect

from chains.simulate.preview import rendered
from crm.models import Review, ReviewSettings
from tests.browser.conftest import NARROW, PERSON, WIDE, fits
from tests.browser.shop_site import ShopSite
from tests.chains.factories import written_text
from tests.chains.test_offer_blocks import block
from tests.chains.written_messages import make_touch
from tests.conftest import make_customer, make_order, make_product
from tests.photos import photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PRODUCT_PAGE = """<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"></head>
<body><h1>Kettle Aria</h1>{line}</body></html>"""
SHOTS = os.environ.get("ENCORE_SHOTS")


def shot(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}-{name}.png", full_page=True)


@pytest.fixture
def visitor(chromium):
    context = chromium.new_context(viewport=NARROW, locale="en", user_agent=PERSON)
    yield context.new_page()
    context.close()


@pytest.fixture
def home(tmp_path):
    file = tmp_path / "home.jpg"
    file.write_bytes(photo((1200, 900)))
    return file


@pytest.fixture
def site(live_server):
    site = ShopSite(live_server.url)
    yield site
    site.close()


def letter_about(kettle, language):
    order = make_order(customer=make_customer(first_name="Emma", last_name="Stone", language=language), product=kettle)
    return make_touch(customer=order.customer, order=order)


def test_a_review_goes_from_the_letter_to_the_site_and_into_the_next_letter(
    page, visitor, sign_in, live_server, site, shop, settings, home
):
    settings.SITE_URL = live_server.url
    kettle = make_product(sku="K-1", name="Kettle Aria", url="https://kettle.example.com/k1")
    touch = letter_about(kettle, "en")
    places = [{"name": "Trustpilot", "url": "https://www.trustpilot.com/review/kettle.example.com"}]
    ReviewSettings.objects.update_or_create(pk=1, defaults={"directories": places})

    visitor.goto(f"{live_server.url}/m/review/{touch.token}/?score=4")
    expect(visitor.get_by_label("4 stars")).to_be_checked()
    visitor.get_by_label("What changed?").fill("We drink more tea.")
    visitor.get_by_label("In your own words").fill("Quiet, and boils in three minutes.")
    visitor.get_by_label("You may publish my review").check()
    visitor.get_by_label("E. S.").check()
    visitor.locator("#photos").set_input_files(home)
    assert fits(visitor)
    shot(visitor, "form-en-390")
    visitor.get_by_role("button", name="Send the review").click()
    expect(visitor.get_by_role("heading", name="Thank you for your review")).to_be_visible()
    expect(visitor.get_by_text("200 points for it are on your balance.")).to_be_visible()
    expect(visitor.get_by_role("link", name="Trustpilot")).to_be_visible()
    assert fits(visitor)
    shot(visitor, "sent-en-390")

    sign_in("Support")
    page.goto(f"{live_server.url}/admin/crm/review/")
    shot(page, "list-en-1440")
    page.get_by_role("link", name="Kettle Aria").click()
    page.get_by_label("Answer in public").fill("Thank you, enjoy your tea!")
    shot(page, "decide-en-1440")
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_text("The answer is saved.")).to_be_visible()
    page.set_viewport_size(NARROW)
    assert fits(page)
    shot(page, "decide-en-390")
    page.set_viewport_size(WIDE)
    page.locator("h2").first.click()
    page.keyboard.press("p")
    expect(page.get_by_text("Published: it is on the site")).to_be_visible()
    review = Review.objects.published().get()
    assert review.decided_by.username == "support"

    key = ReviewSettings.load().feed_key
    line = f'<script async src="{live_server.url}/reviews.js" data-key="{key}" data-product="K-1"></script>'
    site.files["/k1"] = ("text/html", PRODUCT_PAGE.format(line=line))
    visitor.goto(f"{site.url}/k1")
    expect(visitor.get_by_text("We drink more tea.")).to_be_visible()
    expect(visitor.get_by_text("Thank you, enjoy your tea!")).to_be_visible()
    expect(visitor.get_by_alt_text("Photo of a buyer")).to_be_visible()
    expect(visitor.get_by_alt_text("Photo of a buyer")).not_to_have_js_property("naturalWidth", 0)
    assert '"ratingValue": 4.0' in visitor.locator("script[type='application/ld+json']").text_content()
    assert fits(visitor)
    shot(visitor, "site-en-390")

    other = make_order(product=kettle).customer
    letter = rendered(written_text(blocks=[block("review", title="What others say")]), other, review.published_at, shop)
    assert "Quiet, and boils in three minutes." in letter.letter.html
    assert review.photos.get().token in letter.letter.html


def test_it_is_written_in_russian_without_a_script_and_a_mistake_loses_nothing(chromium, live_server, shop, home):
    touch = letter_about(make_product(name="Чайник Ария"), "ru")
    context = chromium.new_context(viewport=NARROW, locale="ru", user_agent=PERSON, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{live_server.url}/m/review/{touch.token}/")
    page.get_by_label("Своими словами").fill("Тихий, закипает за три минуты.")
    page.locator("#photos").set_input_files(home)
    shot(page, "form-ru-390")
    page.get_by_role("button", name="Отправить отзыв").click()
    expect(page.get_by_text("Выберите от одной до пяти звёзд.")).to_be_visible()
    expect(page.get_by_alt_text("home.jpg")).to_be_visible()
    shot(page, "mistake-ru-390")
    page.get_by_label("5 звёзд").check(force=True)
    page.get_by_role("button", name="Отправить отзыв").click()
    expect(page.get_by_role("heading", name="Спасибо за отзыв")).to_be_visible()
    shot(page, "sent-ru-390")
    context.close()

    review = Review.objects.get()
    assert (review.status, review.stars, review.photos.count()) == ("private", 5, 1)


def test_the_settings_show_what_to_copy_and_how_it_looks(page, sign_in, live_server, shop, settings):
    settings.SITE_URL = live_server.url
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/crm/reviewsettings/")
    expect(page.get_by_role("heading", name="To put into the shop's site")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_text("There are no reviews yet.")).to_be_visible()
    shot(page, "settings-en-1440")
    page.set_viewport_size(NARROW)
    assert fits(page)
    shot(page, "settings-en-390")
