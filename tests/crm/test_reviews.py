"""What customers write about what they bought, and what staff decide about it."""

import datetime as dt
import importlib

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from crm.customers.merge import merge
from crm.models import Case, Event, Feedback, PointsEntry, Review, ReviewSettings
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from crm.service import feedback
from crm.service.reviews.authors import author
from crm.service.reviews.deciding import answer, publish, publish_many, publish_undecided, refuse
from crm.service.reviews.figures import figures
from crm.service.reviews.questions import questions
from crm.service.reviews.writing import Words, draft, send, withdraw
from tests.conftest import make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
QUIET = "Quiet, and boils in three minutes."


def words(stars=5, text=QUIET, **more):
    told = {"answers": [], "shown_as": "first_name", "may_publish": True, "language": "en"} | more
    return Words(stars=stars, text=text, **told)


def write(order, at, product=None, **more):
    """A review that was sent."""
    product = product or order.lines.get().product
    review = draft(order.customer, order=order, product=product, words=words(**more), at=at)
    return send(review, words(**more), at=at)


@pytest.fixture
def order(db):
    return make_order(product=make_product(name="Kettle"))


@pytest.fixture
def colleague(db):
    return User.objects.create_user("mia", is_staff=True)


def balance(customer):
    return sum(PointsEntry.objects.filter(customer=customer).values_list("points", flat=True))


def test_a_review_is_kept_told_of_and_waits_to_be_looked_at(order, now):
    review = write(order, now)

    assert Review.objects.get() == review
    assert (review.status, review.stars, review.text, review.sent_at) == ("waiting", 5, QUIET, now)
    assert Event.objects.get(kind="review.left").properties == {
        "review": review.pk,
        "stars": 5,
        "product": review.product_id,
    }
    assert not Case.objects.exists()


@pytest.mark.parametrize("stars", [1, 3, 5])
def test_it_is_rewarded_once_whatever_its_stars(order, now, stars):
    review = write(order, now, stars=stars)
    send(review, words(stars=4), at=now + DAY)
    withdraw(review, at=now + DAY)
    again = write(order, now + 2 * DAY)

    assert again.pk == review.pk
    assert balance(order.customer) == 200
    assert review.rewarded_points == 200


def test_what_is_for_the_shop_only_is_rewarded_too(order, now):
    review = write(order, now, may_publish=False)

    assert review.status == "private"
    assert balance(order.customer) == 200


def test_the_shop_may_give_nothing(order, now):
    ReviewSettings.objects.update_or_create(pk=1, defaults={"reward_points": 0})

    assert write(order, now).rewarded_points == 0
    assert balance(order.customer) == 0


def test_few_stars_ask_a_human_and_are_published_like_any_other(order, now, colleague):
    review = write(order, now, stars=2, answers=[{"question": "What changed?", "answer": "Nothing"}])

    case = Case.objects.get()
    assert (case.kind, case.key, case.body) == (
        "question",
        f"review:{review.pk}",
        f"What changed?\nNothing\n\n{QUIET}",
    )
    assert publish(review, at=now, by=colleague).is_public


@pytest.mark.parametrize(("told", "words_of_error"), [({"stars": None}, "stars"), ({"text": "Good"}, "few words")])
def test_what_says_too_little_is_kept_as_a_draft_and_not_sent(order, now, told, words_of_error):
    with pytest.raises(ValueError, match=words_of_error), transaction.atomic():
        write(order, now, **told)
    review = draft(order.customer, order=order, product=None, words=words(**told), at=now)

    assert (review.status, review.sent_at) == ("draft", None)
    assert not Event.objects.filter(kind="review.left").exists()


def test_answers_to_the_shops_questions_are_words_enough(order, now):
    review = write(order, now, text="", answers=[{"question": "What changed?", "answer": "We sleep at night again"}])

    assert review.status == "waiting"


def test_only_one_review_of_a_product_stands(order, now):
    review = write(order, now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(customer=order.customer, product=review.product, language="en")


def test_sent_again_it_replaces_what_was_sent_and_tells_of_other_stars(order, now):
    review = write(order, now)
    send(review, words(text=QUIET + " And it is blue."), at=now + DAY)
    send(review, words(stars=4), at=now + 2 * DAY)

    assert Event.objects.filter(kind="review.left").count() == 2
    assert Review.objects.get().stars == 4


def test_what_is_published_is_not_changed_but_withdrawn(order, now, colleague):
    review = publish(write(order, now), at=now, by=colleague)

    with pytest.raises(ValueError, match="published already"):
        send(review, words(stars=1), at=now)
    withdraw(review, at=now)

    assert not Review.objects.published().exists()


def test_publishing_is_an_event_and_says_who(order, now, colleague):
    review = publish(write(order, now), at=now + DAY, by=colleague)
    publish(review, at=now + 2 * DAY, by=colleague)

    assert (review.published_at, review.decided_by) == (now + DAY, colleague)
    assert Event.objects.filter(kind="review.published").count() == 1


def test_what_its_author_keeps_from_others_cannot_be_published(order, now, colleague):
    review = write(order, now, may_publish=False)

    with pytest.raises(ValueError, match="not agreed"):
        publish(review, at=now, by=colleague)


def test_nobody_decides_about_words_they_have_not_seen(order, now, colleague):
    review = write(order, now)
    seen = review.changed_at
    send(review, words(text="Something else altogether, and rude."), at=now + DAY)

    with pytest.raises(ValueError, match="changed while you read it"):
        publish(review, at=now + DAY, by=colleague, seen=seen)


def test_it_is_refused_only_by_a_reason_of_the_list(order, now, colleague):
    review = write(order, now, stars=1)

    with pytest.raises(ValueError, match="no other reasons"):
        refuse(review, "too few stars", at=now, by=colleague)
    refuse(review, Review.Refusal.ABUSE, at=now, by=colleague)

    assert (review.status, review.refusal, review.decided_by) == ("refused", "abuse", colleague)
    assert balance(order.customer) == 200


def test_a_refused_one_is_changed_and_looked_at_anew(order, now, colleague):
    review = refuse(write(order, now), Review.Refusal.ABUSE, at=now, by=colleague)

    send(review, words(text="Said more politely now, I hope."), at=now + DAY)

    assert (review.status, review.refusal, review.decided_by) == ("waiting", "", None)


def test_after_a_fortnight_the_undecided_are_published(order, now, colleague):
    due = write(order, now - 14 * DAY)
    write(make_order(), now - 13 * DAY)
    refuse(write(make_order(), now - 20 * DAY), Review.Refusal.FAKE, at=now - 20 * DAY, by=colleague)
    write(make_order(), now - 20 * DAY, may_publish=False)

    assert publish_undecided(now) == 1
    assert publish_undecided(now) == 0
    assert Review.objects.published().get() == due
    assert Event.objects.get(kind="review.published").occurred_at == now


def test_nothing_is_published_by_itself_where_the_shop_wants_to_see_all(order, now):
    ReviewSettings.objects.update_or_create(pk=1, defaults={"publish_after_days": 0})
    write(order, now - 100 * DAY)

    assert publish_undecided(now) == 0


def test_many_are_published_in_as_many_queries_as_one(now, colleague, django_assert_max_num_queries):
    for _number in range(5):
        write(make_order(), now)

    with django_assert_max_num_queries(7):
        assert publish_many(Review.objects.all(), at=now, by=colleague) == 5


def test_the_answer_in_public_is_taken_back_by_emptying_it(order, now, colleague):
    review = answer(write(order, now), " Thank you! ", at=now, by=colleague)
    assert (review.reply, review.replied_by) == ("Thank you!", colleague)

    answer(review, " ", at=now, by=colleague)

    assert (review.reply, review.replied_at, review.replied_by) == ("", None, None)


@pytest.mark.parametrize(
    ("shown_as", "first", "last", "name"),
    [
        ("first_name", "Ann", "Brown", "Ann"),
        ("initials", "ann", "brown", "A. B."),
        ("initials", "", "brown", "B."),
        ("anonymous", "Ann", "Brown", ""),
        ("first_name", " ", "Brown", ""),
    ],
)
def test_as_much_of_the_name_is_shown_as_its_owner_allows(shown_as, first, last, name):
    assert author(shown_as, first, last) == name


def test_figures_count_what_everybody_can_read(order, now, colleague):
    product = order.lines.get().product
    for stars in (5, 5, 2):
        publish(write(make_order(product=product), now, stars=stars), at=now, by=colleague)
    write(order, now, stars=1)

    found = figures(product.reviews)

    assert (found.count, found.average) == (3, 4.0)
    assert found.distribution == [(5, 2), (4, 0), (3, 0), (2, 1), (1, 0)]
    assert figures(Review.objects.all()).count == 3
    assert figures(Review.objects.none()).average is None


def test_the_shops_questions_stand_in_for_encores_in_their_language():
    kept = ReviewSettings(questions={"en": ["Would you buy it again?"]})

    assert questions(kept, "en") == ["Would you buy it again?"]
    assert len(questions(kept, "ru")) == 3
    assert "What" not in "".join(questions(kept, "ru"))


def test_a_rating_whose_words_may_be_shown_is_a_review(order, now):
    told = {"kind": "rating", "source": "letters", "key": "1", "at": now, "order": order}
    left = feedback.leave(order.customer, score=5, text=QUIET, may_publish=True, **told)

    review = Review.objects.get()
    assert (review.feedback, review.product, review.status) == (left, order.lines.get().product, "waiting")
    assert balance(order.customer) == 0

    feedback.change(left, at=now, score=4, text=QUIET, may_publish=True)
    assert Review.objects.get().stars == 4

    feedback.change(left, at=now, score=4, text=QUIET, may_publish=False)
    assert Review.objects.get().status == "withdrawn"


def test_a_rating_that_was_taken_up_as_a_review_is_no_longer_the_ratings(order, now):
    told = {"kind": "rating", "source": "letters", "key": "1", "at": now, "order": order}
    left = feedback.leave(order.customer, score=5, text=QUIET, may_publish=True, **told)
    send(Review.objects.get(), words(stars=3, text="On second thoughts it is rather loud."), at=now + DAY)

    feedback.change(left, at=now + DAY, score=1, text="Another thing altogether", may_publish=False)

    assert (Review.objects.get().status, Review.objects.get().stars) == ("waiting", 3)


def test_a_rating_does_not_overwrite_what_was_written_as_a_review(order, now):
    write(order, now)

    told = {"kind": "rating", "source": "letters", "key": "1", "at": now, "order": order}
    feedback.leave(order.customer, score=1, text="Another thing altogether", may_publish=True, **told)

    assert Review.objects.get().text == QUIET
    assert Feedback.objects.get().score == 1


def test_two_records_of_one_person_keep_the_review_that_others_read(order, now, colleague):
    product = order.lines.get().product
    other = make_order(product=product)
    public = publish(write(other, now, text="Read by everybody already."), at=now, by=colleague)
    write(order, now + DAY)

    merge(order.customer, other.customer, at=now + 2 * DAY)

    assert Review.objects.published().get() == public
    assert Review.objects.get(pk=public.pk).customer == order.customer
    assert Review.objects.exclude(status="withdrawn").count() == 1


def test_an_erased_person_is_read_nowhere_and_their_photos_are_gone(order, now, colleague):
    review = publish(write(order, now), at=now, by=colleague)
    answer(review, "Thank you, Ann!", at=now, by=colleague)
    photo = {"name": "home.jpg", "digest": "0", "content": b"1", "thumbnail": b"1", "width": 1, "height": 1}
    review.photos.create(**photo)

    told = export_person(order.customer)
    erase(order.customer, at=now + DAY)

    assert told["reviews"][0]["photos"] == ["home.jpg"]
    assert told["reviews"][0]["product"] == "Kettle"
    review.refresh_from_db()
    assert (review.status, review.text, review.reply, review.may_publish) == ("withdrawn", "", "", False)
    assert not review.photos.exists()


def test_an_upgrade_makes_reviews_of_ratings_that_might_be_shown(order, now):
    told = {"kind": "rating", "may_publish": True, "left_at": now, "text": QUIET, "source": "letters"}
    for key, more in enumerate(
        [
            {"score": 4, "left_at": now - DAY},
            {"score": 5},
            {"score": 5, "may_publish": False},
            {"score": 5, "text": "Good"},
            {"score": 9, "kind": "nps"},
        ]
    ):
        Feedback.objects.create(customer=order.customer, order=order, key=str(key), **told | more)

    with connection.cursor() as cursor:
        cursor.execute(importlib.import_module("crm.migrations.0038_ratings_that_may_be_shown").COPY)

    review = Review.objects.published().get()
    assert (review.stars, review.text, review.product) == (5, QUIET, order.lines.get().product)
    assert (review.published_at, review.is_verified, review.rewarded_points) == (now, True, 0)
