"""Where staff look at reviews, and set up how they are asked for."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from crm.models import Review, ReviewSettings
from crm.service.reviews.photos import add_photo
from crm.service.reviews.writing import send
from tests.conftest import make_order
from tests.crm.test_reviews import DAY, words, write
from tests.photos import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client, shop):
    user = User.objects.create_user("sue", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return client


@pytest.fixture
def marketer(client, shop):
    user = User.objects.create_user("mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    return client


def do(agent, review, name, **told):
    told = {"seen": review.changed_at.isoformat()} | told
    return agent.post(reverse("admin:crm_review_do", args=[review.pk, name]), told, follow=True)


def page(review):
    return reverse("admin:crm_review_change", args=[review.pk])


def test_who_waits_longest_stands_first_and_drafts_are_nobodys(agent, now):
    late, early = write(make_order(), now), write(make_order(), now - DAY)
    order = make_order()
    Review.objects.create(customer=order.customer, order=order, language="en", text="Half a thought")

    listed = agent.get(reverse("admin:crm_review_changelist"))

    assert list(listed.context["cl"].result_list) == [early, late]
    assert "Half a thought" not in listed.text


def test_a_decision_leads_to_the_next_that_waits(agent, now):
    first, second = write(make_order(), now - DAY), write(make_order(), now)

    answered = do(agent, first, "publish")

    assert answered.redirect_chain[-1][0] == page(second)
    assert "Published" in answered.text
    first.refresh_from_db()
    assert first.decided_by.username == "sue"


def test_what_was_changed_meanwhile_is_not_published(agent, now):
    review = write(make_order(), now)
    seen = review.changed_at.isoformat()
    send(review, words(text="Something rude, altogether."), at=now + DAY)

    answered = do(agent, review, "publish", seen=seen)

    assert "changed while you read it" in answered.text
    assert answered.redirect_chain[-1][0] == page(review)
    assert not Review.objects.published().exists()


def test_it_is_refused_by_a_reason_and_by_no_other(agent, now):
    review = write(make_order(), now)

    assert "no other reasons" in do(agent, review, "refuse", reason="low").text
    assert "Refused" in do(agent, review, "refuse", reason="abuse").text

    review.refresh_from_db()
    assert (review.status, review.refusal) == ("refused", "abuse")
    assert "Insults or threats" in agent.get(page(review)).text


def test_stars_and_words_cannot_be_changed(agent, now):
    review = write(make_order(), now)

    agent.post(page(review), {"stars": "1", "text": "Bad", "status": "published"})

    review.refresh_from_db()
    assert (review.stars, review.status) == (5, "waiting")
    assert 'name="stars"' not in agent.get(page(review)).text


def test_it_is_answered_in_public_and_the_answer_taken_back(agent, now):
    review = write(make_order(), now)

    do(agent, review, "answer", text="Thank you")
    review.refresh_from_db()
    assert (review.reply, review.replied_by.username) == ("Thank you", "sue")

    assert "taken back" in do(agent, review, "answer", text="").text


def test_a_photo_is_seen_by_staff_hidden_and_shown_again(agent, now):
    review = write(make_order(), now)
    kept = add_photo(review, photo(), "<home>.jpg", at=now)
    address = reverse("admin:crm_review_photo", args=[review.pk, kept.pk])

    assert agent.get(address)["Content-Type"] == "image/jpeg"
    html = agent.get(page(review)).text
    assert address in html
    assert "&lt;home&gt;.jpg" in html

    do(agent, review, "hide", photo=kept.pk)
    kept.refresh_from_db()
    assert kept.hidden_by.username == "sue"
    do(agent, review, "show", photo=kept.pk)
    kept.refresh_from_db()
    assert kept.hidden_at is None


def test_many_are_published_at_once(agent, now):
    reviews = [write(make_order(), now) for _number in range(3)]
    write(make_order(), now, may_publish=False)

    answered = agent.post(
        reverse("admin:crm_review_changelist"),
        {"action": "publish_all", "_selected_action": [review.pk for review in reviews]},
        follow=True,
    )

    assert "3 reviews published." in answered.text
    assert Review.objects.published().count() == 3


def test_words_of_customers_are_words(agent, now):
    review = write(make_order(), now, text="<script>alert(1)</script> and more")

    for address in (page(review), reverse("admin:crm_review_changelist")):
        assert "<script>alert" not in agent.get(address).text


def test_the_list_asks_as_much_of_many_as_of_one(agent, now, django_assert_max_num_queries):
    for _number in range(5):
        write(make_order(), now)
    agent.get(reverse("admin:crm_review_changelist"))

    with django_assert_max_num_queries(12):
        agent.get(reverse("admin:crm_review_changelist"))


def settings_page():
    kept, _is_new = ReviewSettings.objects.get_or_create(pk=1)
    return reverse("admin:crm_reviewsettings_change", args=[kept.pk])


SETTINGS = {"reward_points": "50", "publish_after_days": "7", "is_feed_open": "on", "shows_reward": "on"}


def test_the_settings_keep_questions_by_language_and_other_places(marketer):
    told = {
        "questions_en": "Would you buy it again?\n\n What for? ",
        "questions_ru": "",
        "places": "Google Maps https://g.page/r/shop\n2ГИС https://2gis.ru/firm/1",
    }

    answered = marketer.post(settings_page(), SETTINGS | told, follow=True)

    assert "The settings are saved." in answered.text
    kept = ReviewSettings.load()
    assert kept.questions == {"en": ["Would you buy it again?", "What for?"]}
    assert kept.directories == [
        {"name": "Google Maps", "url": "https://g.page/r/shop"},
        {"name": "2ГИС", "url": "https://2gis.ru/firm/1"},
    ]
    assert (kept.reward_points, kept.publish_after_days) == (50, 7)


@pytest.mark.parametrize(
    ("field", "told", "why"),
    [
        ("places", "Google javascript:alert(1)", "A line is a name and an address"),
        ("places", "https://g.page/r/shop", "A line is a name and an address"),
        ("questions_en", "\n".join("abcde"), "room for 4 lines"),
        ("questions_en", "x" * 201, "up to 200 letters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(marketer, field, told, why):
    answered = marketer.post(settings_page(), SETTINGS | {field: told})

    assert why in str(answered.context["adminform"].form.errors[field])


def test_the_settings_page_gives_what_the_site_needs_and_shows_how_it_looks(marketer):
    html = marketer.get(settings_page()).text

    key = ReviewSettings.load().feed_key
    assert f"/reviews.js&quot; data-key=&quot;{key}&quot; data-product=&quot;SKU&quot;" in html
    for form in ("json", "rss", "html", "xml"):
        assert f"/reviews/{key}.{form}" in html
    assert "<iframe" in html


def test_support_looks_at_reviews_but_does_not_set_them_up(agent):
    assert agent.get(reverse("admin:crm_review_changelist")).status_code == 200
    assert agent.get(settings_page()).status_code == 403
