"""Published reviews as others read them: data, RSS, HTML with its markup, Google's XML, and photos."""

import datetime as dt
import json
import re

import pytest
from defusedxml import ElementTree
from django.contrib.auth.models import User

from crm.models import Category, ReviewSettings
from crm.privacy.erase import erase
from crm.review_feeds import views
from crm.service.reviews.deciding import answer, publish, refuse, show_photo
from crm.service.reviews.photos import add_photo
from crm.service.reviews.writing import draft, send, withdraw
from tests.conftest import make_customer, make_order, make_product
from tests.crm.test_reviews import words
from tests.photos import photo

pytestmark = pytest.mark.django_db

KEY = "the-key"
DAY = dt.timedelta(days=1)
EVIL = "</script><script>alert(1)</script> & <img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def open_feed(shop):
    ReviewSettings.objects.update_or_create(pk=1, defaults={"feed_key": KEY})


@pytest.fixture
def kettle(db):
    return make_product(sku="K-1", name="Kettle", category="Kitchen / Kettles", url="https://kettle.example.com/k1")


def published(product, now, *, customer=None, photos=0, **told):
    order = make_order(product=product, customer=customer or make_customer(first_name="Emma", last_name="Stone"))
    review = draft(order.customer, order=order, product=product, words=words(**told), at=now)
    for number in range(photos):
        add_photo(review, photo((20 + number, 20)), "home.jpg", at=now)
    return publish(send(review, words(**told), at=now), at=now, by=None)


def address(form, **asked):
    return f"/reviews/{KEY}.{form}", asked


def read(client, form="json", **asked):
    response = client.get(f"/reviews/{KEY}.{form}", asked)
    assert response.status_code == 200, response.text
    return response.json() if form == "json" else response.text


def markup(html):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1]) if found else None


def test_the_json_tells_figures_and_reviews_the_newest_first(client, kettle, now):
    published(kettle, now - DAY, stars=4)
    review = published(kettle, now, photos=1, answers=[{"question": "What changed?", "answer": "All"}])
    answer(review, "Thank you", at=now, by=None)

    told = read(client, product="K-1")

    assert (told["count"], told["average"], told["distribution"]["4"], told["next"]) == (2, 4.5, 1, None)
    newest = told["reviews"][0]
    assert newest["product"] == {"sku": "K-1", "name": "Kettle", "url": "https://kettle.example.com/k1"}
    assert (newest["author"], newest["is_verified"], newest["is_rewarded"]) == ("Emma", True, True)
    assert newest["answers"] == [{"question": "What changed?", "answer": "All"}]
    assert newest["reply"]["text"] == "Thank you"
    assert newest["photos"][0]["url"].endswith(f"/reviews/photos/{review.photos.get().token}.jpg")


def test_a_shop_need_not_say_that_reviews_were_rewarded(client, kettle, now):
    published(kettle, now)
    ReviewSettings.objects.update(shows_reward=False)

    assert not read(client)["reviews"][0]["is_rewarded"]


def test_nobody_is_named_beyond_what_they_allow(client, kettle, now):
    published(kettle, now, shown_as="initials")
    published(kettle, now + DAY, shown_as="anonymous")

    assert [one["author"] for one in read(client)["reviews"]] == ["", "E. S."]
    for form in ("json", "rss", "html", "xml"):
        assert "Stone" not in read(client, form)


@pytest.mark.parametrize("form", ["json", "rss", "html", "xml"])
def test_only_what_is_published_is_told(client, kettle, now, form):
    order = make_order(product=kettle)
    told = words(text="Not meant for you to read")
    send(draft(order.customer, order=order, product=kettle, words=told, at=now), told, at=now)
    draft(make_order(product=kettle).customer, order=None, product=kettle, words=told, at=now)

    assert "Not meant" not in read(client, form)


@pytest.mark.parametrize("form", ["json", "rss", "html", "xml"])
@pytest.mark.parametrize("leaves", ["withdrawn", "refused", "erased"])
def test_what_leaves_is_gone_from_every_feed_at_once_and_so_are_its_photos(client, kettle, now, form, leaves):
    review = published(kettle, now, text="A word to be forgotten soon.", photos=1)
    picture = f"/reviews/photos/{review.photos.get().token}.jpg"
    before = client.get(f"/reviews/{KEY}.{form}", {"product": "K-1"})
    assert "forgotten" in before.text
    assert client.get(picture).status_code == 200

    if leaves == "withdrawn":
        withdraw(review, at=now + DAY)
    elif leaves == "refused":
        refuse(review, "private_data", at=now + DAY, by=None)
    else:
        erase(review.customer, at=now + DAY)

    known = {"If-None-Match": before["ETag"], "If-Modified-Since": before["Last-Modified"]}
    after = client.get(f"/reviews/{KEY}.{form}", {"product": "K-1"}, headers=known)
    assert after.status_code == 200
    assert "forgotten" not in after.text
    dated = client.get(
        f"/reviews/{KEY}.{form}", {"product": "K-1"}, headers={"If-Modified-Since": before["Last-Modified"]}
    )
    assert dated.status_code == 200
    assert client.get(picture).status_code == 404
    assert client.get(picture.replace("photos/", "photos/small/")).status_code == 404


def test_a_hidden_photo_is_seen_by_nobody(client, kettle, now):
    review = published(kettle, now, photos=1)
    show_photo(review.photos.get(), is_shown=False, at=now, by=None)

    assert read(client)["reviews"][0]["photos"] == []
    assert client.get(f"/reviews/photos/{review.photos.get().token}.jpg").status_code == 404


def test_what_has_not_changed_is_not_sent_again(client, kettle, now):
    published(kettle, now)

    first = client.get(*address("json"))
    again = client.get(*address("json"), headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "public, max-age=60"
    assert (again.status_code, again.content) == (304, b"")


def test_pages_of_other_sites_may_read_and_frame_it(client, kettle):
    for form in ("json", "html"):
        response = client.get(*address(form))
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "X-Frame-Options" not in response
        assert "frame-ancestors *" in response["Content-Security-Policy"]
        assert not response.cookies


def test_a_wrong_key_and_a_closed_feed_tell_nothing(client, kettle, now):
    published(kettle, now)
    assert client.get("/reviews/wrong.json").status_code == 404

    ReviewSettings.objects.update(is_feed_open=False)

    for form in ("json", "rss", "html", "xml"):
        assert client.get(*address(form)).status_code == 404


def test_whoever_asks_too_often_waits(client, kettle, monkeypatch):
    monkeypatch.setattr(views, "MOST_A_MINUTE", 2)

    asked = [client.get(*address("json")) for _time in range(3)]

    assert [found.status_code for found in asked] == [200, 200, 429]
    assert int(asked[-1]["Retry-After"]) > 0


def test_pages_follow_each_other_and_end(client, kettle, now):
    for number in range(5):
        published(kettle, now + number * DAY)

    seen, told = [], read(client, limit="2")
    while True:
        seen += [one["id"] for one in told["reviews"]]
        if not told["next"]:
            break
        told = client.get(told["next"]).json()

    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("odd", ["0", "-1", "x", "99999999999999999999", "\u0661", "1e3"])
def test_odd_numbers_ask_for_what_there_is(client, kettle, now, odd):
    published(kettle, now)

    assert read(client, limit=odd)["count"] == 1
    assert client.get(*address("json", page=odd)).status_code == 200
    assert client.get(*address("json", category=odd)).status_code == 200


def test_a_category_has_what_stands_below_it(client, kettle, now):
    published(kettle, now)
    published(make_product(category="Bikes"), now)

    kitchen = Category.objects.get(name="Kitchen")

    assert read(client, category=str(kitchen.pk))["count"] == 1
    assert read(client)["count"] == 2


def test_variants_of_a_product_share_their_reviews(client, now):
    blue, red = (make_product(sku=sku, external_id="kettle") for sku in ("BLUE", "RED"))
    published(blue, now)

    assert read(client, product="RED")["count"] == 1


def test_a_product_nobody_knows_has_none(client, kettle, now):
    published(kettle, now)

    assert read(client, product="NONE")["count"] == 0


def test_the_number_of_queries_does_not_follow_the_reviews(client, kettle, now, django_assert_max_num_queries):
    for _number in range(8):
        published(kettle, now, photos=1)

    with django_assert_max_num_queries(8):
        read(client, "html", product="K-1")


def test_the_markup_of_a_product_is_what_a_visitor_sees(client, kettle, now):
    published(kettle, now, stars=5, photos=1)
    published(kettle, now + DAY, stars=2, text="It leaks, and nobody answers.", shown_as="anonymous")

    html = read(client, "html", product="K-1", language="en")
    told = markup(html)

    assert (told["@type"], told["sku"]) == ("Product", "K-1")
    assert told["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": 3.5,
        "reviewCount": 2,
        "bestRating": 5,
        "worstRating": 1,
    }
    assert "<strong>3.5</strong>" in html
    assert "2 reviews" in html
    assert len(told["review"]) == html.count('<article class="enc-review"') == 2
    for one in told["review"]:
        assert one["reviewBody"] in html
        assert one["author"]["name"] in html
        assert one["datePublished"] in html


def test_no_rating_is_claimed_without_reviews_nor_of_the_shop_itself(client, kettle, now):
    assert markup(read(client, "html", product="K-1")) is None

    published(kettle, now)

    assert markup(read(client, "html")) is None
    assert markup(read(client, "html", category=str(kettle.category_id))) is None


def test_words_of_customers_are_words_in_every_form(client, kettle, now):
    kettle.name = EVIL
    kettle.save()
    customer = make_customer(first_name=EVIL)
    review = published(kettle, now, customer=customer, text=EVIL, answers=[{"question": EVIL, "answer": EVIL}])
    answer(review, EVIL, at=now, by=None)

    html = read(client, "html", product="K-1")

    assert "<img src=x" not in html
    assert "<script>alert" not in html
    assert markup(html)["review"][0]["author"]["name"] == EVIL
    for form in ("rss", "xml"):
        ElementTree.fromstring(read(client, form))
    item = ElementTree.fromstring(read(client, "rss")).findtext("channel/item/description")
    assert "<img src=x" not in item


def test_the_html_speaks_the_language_of_the_page_it_stands_in(client, kettle, now):
    published(kettle, now)

    assert 'lang="ru"' in read(client, "html", language="ru-RU")
    assert 'lang="en"' in read(client, "html", language="tlh")


def test_the_rss_is_marked_up_for_who_knows_schema_org(client, kettle, now):
    published(kettle, now)

    item = ElementTree.fromstring(read(client, "rss", product="K-1")).find("channel/item")

    assert item.findtext("title") == "★★★★★ Kettle"
    assert item.findtext("link") == "https://kettle.example.com/k1"
    assert 'itemtype="https://schema.org/Review"' in item.findtext("description")
    assert '<span itemprop="ratingValue">5</span>' in item.findtext("description")


def test_google_reads_the_reviews_of_buyers_about_products_with_a_page(client, kettle, now):
    published(kettle, now, stars=1, photos=1)
    published(make_product(url=""), now)

    feed = ElementTree.fromstring(read(client, "xml"))

    (entry,) = feed.findall("reviews/review")
    assert feed.findtext("version") == "2.4"
    assert entry.findtext("ratings/overall") == "1"
    assert entry.find("ratings/overall").attrib == {"min": "1", "max": "5"}
    assert entry.findtext("reviewer/name") == "Emma"
    assert entry.findtext("products/product/product_ids/skus/sku") == "K-1"
    assert entry.findtext("is_incentivized_review") == "true"
    assert entry.findtext("reviewer_images/reviewer_image/url").endswith(".jpg")


def test_google_reads_characters_that_no_xml_may_hold_left_out(client, kettle, now):
    published(kettle, now, text="A bell \x07 rang in the kitchen.")

    assert "A bell  rang" in ElementTree.fromstring(read(client, "xml")).findtext("reviews/review/content")


def test_the_script_is_small_and_served_to_every_site(client):
    response = client.get("/reviews.js")

    assert response.status_code == 200
    assert len(response.content) < 5_000
    assert response["Access-Control-Allow-Origin"] == "*"


def test_staff_see_no_more_there_than_others(client, kettle, now):
    client.force_login(User.objects.create_superuser("root"))
    order = make_order(product=kettle)
    told = words(text="Not meant for you to read")
    send(draft(order.customer, order=order, product=kettle, words=told, at=now), told, at=now)

    assert read(client)["count"] == 0
