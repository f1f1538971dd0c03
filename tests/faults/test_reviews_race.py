"""Two real processes at one review: a button pressed twice, two tabs, and staff who decide meanwhile."""

import pytest

from crm.models import Event, PointsEntry, Review
from crm.service.reviews.writing import draft, send
from tests.conftest import NOW, make_customer, make_order
from tests.crm.test_reviews import words
from tests.faults.test_facts_race import finish, start

pytestmark = pytest.mark.django_db(transaction=True)

WRITE = """
from crm.service.reviews.writing import Words, draft, send
order = Order.objects.get()
product = order.lines.get().product
for number in range(15):
    words = Words(4, f"Quiet, and boils in {number} minutes, says {name}.", [], "first_name", True, "en")
    send(draft(order.customer, order=order, product=product, words=words, at=now), words, at=now)
"""
PHOTOS = """
import io
from PIL import Image
from crm.models import Review
from crm.service.reviews.photos import add_photo
review = Review.objects.get()
for number in range(4):
    made = io.BytesIO()
    Image.new("RGB", (10 + number, 10 + len(name)), (1, 2, 3)).save(made, "PNG")
    try:
        add_photo(review, made.getvalue(), name, at=now)
    except ValueError:
        pass
"""
DECIDE = """
from crm.models import Review
from crm.service.reviews.deciding import publish, publish_undecided, refuse
from crm.service.reviews.writing import withdraw
review = Review.objects.get()
for number in range(15):
    try:
        if name == "publish":
            publish(review, at=now, by=None)
            publish_undecided(now)
        else:
            withdraw(review, at=now)
    except ValueError:
        pass
"""


def test_a_review_sent_twice_at_once_is_one_and_rewarded_once():
    make_order(customer=make_customer(consent=False))

    finish(start(WRITE, "a", "b"))

    assert Review.objects.get().status == "waiting"
    assert PointsEntry.objects.get().points == 200
    assert Event.objects.filter(kind="review.left").count() == 1


def sent():
    order = make_order(customer=make_customer(consent=False))
    review = draft(order.customer, order=order, product=order.lines.get().product, words=words(), at=NOW)
    return send(review, words(), at=NOW)


def test_photos_from_two_tabs_find_room_for_five():
    review = sent()

    finish(start(PHOTOS, "a", "bb"))

    assert review.photos.count() == 5


def test_what_its_author_has_withdrawn_is_published_by_nobody():
    sent()

    finish(start(DECIDE, "publish", "withdraw"))

    assert Review.objects.get().status == "withdrawn"
