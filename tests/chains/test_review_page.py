"""The page where customers write about what they bought."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Event, PointsEntry, Review, ReviewPhoto, ReviewSettings
from crm.service.reviews.deciding import answer, publish, refuse
from tests.chains.test_public_pages import PERSON
from tests.chains.written_messages import make_touch
from tests.conftest import make_customer, make_order, make_product
from tests.photos import photo, photo_with_a_place

pytestmark = pytest.mark.django_db

TEXT = "Quiet, and boils in three minutes."
FORM = {"stars": "4", "text": TEXT, "may_publish": "on", "shown_as": "first_name"}


@pytest.fixture
def outsider(shop):
    return Client(enforce_csrf_checks=True, headers={"User-Agent": PERSON})


@pytest.fixture
def touch(shop):
    return touch_about(make_product(name="Kettle"))


def touch_about(*products, **fields):
    from crm.orders.orders import LineData

    lines = [LineData(product.sku, 1, product.price - place, None) for place, product in enumerate(products)]
    order = make_order(customer=make_customer(**fields), lines=lines)
    return make_touch(customer=order.customer, order=order)


def page(touch, more=""):
    return reverse("chains:review", args=[touch.token]) + more


def file(data=None, name="home.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, photo() if data is None else data, kind)


def test_the_page_asks_for_stars_answers_words_and_photos(outsider, touch):
    html = outsider.get(page(touch)).text

    assert "Your review: Kettle" in html
    assert html.count('type="radio" name="stars"') == 5
    assert "checked" not in html.partition("shown_as")[0]
    for asked in ("What was the matter before?", "What did we do?", "What changed?", "In your own words"):
        assert asked in html
    assert "you get 200 points, whether it has five stars or one" in html
    assert 'name="photos" multiple' in html


def test_every_field_has_a_label(outsider, touch):
    html = outsider.get(page(touch)).text

    for found in re.findall(r"<(?:textarea|input)[^>]*id=\"([^\"]+)\"", html):
        assert (
            f'for="{found}"' in html or f'<label class="choice last"><input type="checkbox" name="{found[3:]}"' in html
        )


def test_it_speaks_the_customers_language_and_asks_what_the_shop_wants_to_know(outsider):
    ReviewSettings.objects.update_or_create(pk=1, defaults={"questions": {"ru": ["Что понравилось?"]}})

    html = outsider.get(page(touch_about(make_product(), language="ru"))).text

    assert "Что понравилось?" in html
    assert "In your own words" not in html


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_writes_nothing(outsider, touch, method):
    for more in ("", "?score=5", "?score=9", "?product=1&change=1"):
        assert getattr(outsider, method)(page(touch, more)).status_code == 200

    assert not Review.objects.exists()
    assert not Event.objects.filter(kind="review.left").exists()


def test_a_rating_pressed_in_the_letter_is_filled_in(outsider, touch):
    html = outsider.get(page(touch, "?score=2")).text

    assert re.findall(r'name="stars" value="(\d)" checked', html) == ["2"]


def test_it_is_sent_once_however_often_the_button_is_pressed(outsider, touch):
    answers = [outsider.post(page(touch), FORM) for _press in range(2)]

    assert [found.status_code for found in answers] == [303, 303]
    review = Review.objects.get()
    assert (review.status, review.stars, review.order, review.language) == ("waiting", 4, touch.order, "en")
    assert PointsEntry.objects.get().points == 200
    html = outsider.get(answers[0]["Location"]).text
    assert "Thank you for your review" in html
    assert "200 points for it are on your balance" in html
    assert "within 14 days" in html


def test_answers_are_kept_with_the_words_that_were_asked(outsider, touch):
    outsider.post(page(touch), {**FORM, "answer_0": "Too loud", "answer_2": "Now it is quiet"})

    assert Review.objects.get().told == [
        {"question": "What was the matter before?", "answer": "Too loud"},
        {"question": "What changed?", "answer": "Now it is quiet"},
    ]


def test_what_is_missing_is_said_and_nothing_typed_nor_any_photo_is_lost(outsider, touch):
    response = outsider.post(page(touch), {"text": TEXT, "photos": [file()]})

    assert response.status_code == 400
    assert "Choose from one to five stars." in response.text
    assert TEXT in response.text
    review = Review.objects.get()
    assert (review.status, review.text, review.photos.count()) == ("draft", TEXT, 1)
    again = outsider.get(page(touch)).text
    assert TEXT in again
    assert f"/photo/{review.photos.get().pk}/" in again


def test_stars_alone_are_too_little(outsider, touch):
    response = outsider.post(page(touch), {"stars": "5", "text": "Good"})

    assert response.status_code == 400
    assert "A few words more" in response.text


def test_it_may_be_kept_for_later(outsider, touch):
    response = outsider.post(page(touch), {"text": "I shall", "keep": "1"})

    assert response.status_code == 200
    assert "Kept." in response.text
    assert "Choose from one" not in response.text
    assert Review.objects.get().status == "draft"
    assert not Event.objects.filter(kind="review.left").exists()


def test_without_permission_only_the_shop_reads_it(outsider, touch):
    outsider.post(page(touch), {name: value for name, value in FORM.items() if name != "may_publish"})

    assert Review.objects.get().status == "private"
    assert "you did not agree" in outsider.get(page(touch)).text


def test_it_is_changed_until_it_is_published(outsider, touch, now):
    outsider.post(page(touch), FORM)
    assert TEXT in outsider.get(page(touch, "?change=1")).text
    outsider.post(page(touch, "?change=1"), {**FORM, "stars": "2"})
    review = Review.objects.get()
    assert review.stars == 2

    publish(review, at=now, by=None)
    outsider.post(page(touch), {**FORM, "stars": "5", "photos": [file()]})

    review.refresh_from_db()
    assert (review.stars, review.status, review.photos.count()) == (2, "published", 0)


def test_a_mistake_in_what_was_sent_leaves_it_as_it_was(outsider, touch):
    outsider.post(page(touch), FORM)

    assert outsider.post(page(touch, "?change=1"), {**FORM, "stars": "", "text": "Other"}).status_code == 400

    assert (Review.objects.get().status, Review.objects.get().text) == ("waiting", TEXT)


def test_it_is_withdrawn_by_the_same_link_at_any_time(outsider, touch, now):
    outsider.post(page(touch), FORM)
    publish(Review.objects.get(), at=now, by=None)

    for _press in range(2):
        assert "is withdrawn" in outsider.post(page(touch), {"withdraw": "1"}).text

    assert Review.objects.get().status == "withdrawn"
    assert 'name="stars"' in outsider.get(page(touch)).text
    assert PointsEntry.objects.get().points == 200


def test_its_author_reads_the_answer_and_why_it_was_refused(outsider, touch, now):
    outsider.post(page(touch), FORM)
    review = Review.objects.get()
    answer(review, "Thank you & enjoy", at=now, by=None)
    publish(review, at=now, by=None)
    assert "Thank you &amp; enjoy" in outsider.get(page(touch)).text

    refuse(review, "private_data", at=now, by=None)

    assert "private data of somebody" in outsider.get(page(touch)).text


def test_of_several_goods_one_is_chosen_and_the_others_are_offered_afterwards(outsider):
    kettle, lid = make_product(name="Kettle", price=50), make_product(name="Lid", price=9)
    touch = touch_about(kettle, lid)

    choice = outsider.get(page(touch, "?score=5")).text
    assert choice.index("Kettle") < choice.index("Lid")
    assert f"?product={kettle.pk}&amp;score=5" in choice

    sent = outsider.post(page(touch, f"?product={lid.pk}"), FORM)
    html = outsider.get(sent["Location"]).text

    assert Review.objects.get().product == lid
    assert f"?product={kettle.pk}" in html
    assert "Kettle" in html


def test_a_long_order_asks_the_database_no_more_than_a_short_one(outsider, django_assert_max_num_queries):
    touch = touch_about(*(make_product(price=100) for _number in range(12)))
    outsider.get(page(touch))

    with django_assert_max_num_queries(5):
        outsider.get(page(touch))


def test_a_product_of_another_order_cannot_be_reviewed(outsider, touch):
    others = touch_about(make_product(), make_product())

    response = outsider.post(page(others, f"?product={touch.order.lines.get().product_id}"), FORM)

    assert "What would you like to write about?" in response.text
    assert not Review.objects.exists()


def test_a_cancelled_order_has_nothing_to_review(outsider, touch):
    touch.order.cancelled_at = touch.order.placed_at
    touch.order.save()

    assert "nothing to review" in outsider.get(page(touch)).text
    outsider.post(page(touch), FORM)
    assert not Review.objects.exists()


def test_other_places_are_offered_to_everybody_whatever_their_stars(outsider, touch):
    places = [{"name": "Trustpilot", "url": "https://trustpilot.com/shop"}]
    ReviewSettings.objects.update_or_create(pk=1, defaults={"directories": places})

    for stars in ("1", "5"):
        outsider.post(page(touch), {**FORM, "stars": stars})
        assert 'href="https://trustpilot.com/shop"' in outsider.get(page(touch)).text


def test_photos_come_with_it_and_are_seen_by_their_author_alone(outsider, touch):
    outsider.post(page(touch), {**FORM, "photos": [file(photo_with_a_place()), file(photo((60, 60)), "b.jpg")]})

    first, _second = ReviewPhoto.objects.all()
    address = reverse("chains:review-photo", args=[touch.token, first.pk])
    seen = outsider.get(address)
    assert (seen.status_code, seen["Content-Type"], seen["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert b"Exif" not in seen.content
    other = touch_about(make_product())
    assert outsider.get(reverse("chains:review-photo", args=[other.token, first.pk])).status_code == 404


def test_a_bad_photo_is_named_and_the_good_ones_stay(outsider, touch):
    bad = file(b"<svg><script>alert(1)</script></svg>", "<b>evil.jpg")

    response = outsider.post(page(touch), {**FORM, "photos": [file(), bad]})

    assert response.status_code == 400
    assert "&lt;b&gt;evil.jpg" in response.text
    assert "no picture that can be read" in response.text
    assert ReviewPhoto.objects.get().name == "home.jpg"
    assert outsider.post(page(touch), FORM).status_code == 303


def test_a_sixth_photo_is_left_out_in_words(outsider, touch):
    many = [file(photo((10 + number, 10)), f"{number}.jpg") for number in range(6)]

    response = outsider.post(page(touch), {**FORM, "photos": many})

    assert response.status_code == 400
    assert "5.jpg: There is room for 5 photos." in response.text
    assert ReviewPhoto.objects.count() == 5


def test_a_photo_is_taken_back(outsider, touch):
    outsider.post(page(touch), {**FORM, "photos": [file()]})

    outsider.post(page(touch, "?change=1"), {**FORM, "remove": str(ReviewPhoto.objects.get().pk)})

    assert not ReviewPhoto.objects.exists()


@pytest.mark.parametrize("odd", ["99999999999999999999", "-1", "x", "\u0661"])
def test_odd_numbers_of_photos_are_passed_over(outsider, touch, odd):
    assert outsider.post(page(touch), {**FORM, "remove": odd}).status_code == 303


def test_files_are_taken_behind_a_letters_link_alone(outsider, touch):
    assert outsider.post("/m/review/nobodys/", {**FORM, "photos": [file()]}).status_code in (404, 415)
    assert outsider.post(f"/m/r/{touch.token}/", {"answer": "5", "photos": [file()]}).status_code == 415


def test_two_hundred_megabytes_are_refused_by_their_own_account(outsider, touch):
    response = outsider.generic(
        "POST", page(touch), b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(200_000_000)
    )

    assert response.status_code == 413


def test_words_of_customers_are_words(outsider, touch, now):
    outsider.post(page(touch), {**FORM, "text": "<script>alert(1)</script> and more"})

    assert "<script>alert" not in outsider.get(page(touch)).text


def test_a_trial_letter_changes_nothing(outsider):
    assert "trial letter" in outsider.get("/m/review/preview/").text
    assert outsider.post("/m/review/preview/", FORM).status_code == 200
    assert not Review.objects.exists()


def test_the_order_is_reviewed_where_it_has_no_products(outsider, shop):
    order = make_order(total=10)
    touch = make_touch(customer=order.customer, order=order)

    outsider.post(page(touch), FORM)

    review = Review.objects.get()
    assert (review.product, review.order) == (None, order)


def test_a_letter_about_no_order_asks_about_the_latest_that_was_kept(outsider, shop, now):
    order = make_order(placed_at=timezone.now() - dt.timedelta(days=5))
    touch = make_touch(customer=order.customer, order=None)

    outsider.post(page(touch), FORM)

    assert Review.objects.get().order == order
