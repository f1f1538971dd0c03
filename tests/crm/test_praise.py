import datetime as dt

import pytest

from crm.models import StaffTask
from crm.service import feedback, praise
from tests.conftest import NOW, make_case, make_customer

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def left(customer, key, *, at=NOW, kind="rating", score=5, text="Lovely tea"):
    return feedback.leave(customer, kind=kind, score=score, at=at, source="s", key=key, text=text)


@pytest.mark.parametrize(
    ("kind", "score", "text", "count"),
    [
        ("rating", 5, "Lovely", 1),
        ("nps", 9, "Lovely", 1),
        ("rating", 5, "", 0),
        ("rating", 4, "Lovely", 0),
        ("nps", 8, "Lovely", 0),
        ("exit", None, "Lovely", 0),
    ],
)
def test_a_high_score_with_words_is_a_task_to_thank(shop, kind, score, text, count):
    left(make_customer(), "1", kind=kind, score=score, text=text)

    assert StaffTask.objects.filter(reason="praise").count() == count


def test_the_task_tells_what_they_wrote_and_goes_to_support(shop):
    left(make_customer(first_name="Ann"), "1")

    task = StaffTask.objects.get()
    assert (task.title, task.kind, task.owner_group.name) == ("Thank Ann for the praise", "call", "Support")
    assert task.script.startswith("“Lovely tea”")


def test_somebody_is_thanked_once_in_90_days(shop):
    ann = make_customer()

    for number, days in enumerate((0, 1, 89, 91)):
        left(ann, str(number), at=NOW + days * DAY)

    assert StaffTask.objects.filter(reason="praise").count() == 2


def test_words_that_come_after_the_score_are_praise_too(shop):
    given = left(make_customer(), "1", text="")

    feedback.change(given, at=NOW, score=5, text="Lovely")

    assert StaffTask.objects.filter(reason="praise").count() == 1


def test_a_shop_that_wants_no_thanks_gets_no_tasks(shop):
    shop.thanks_for_ratings = False
    shop.save()

    left(make_customer(), "1")

    assert not StaffTask.objects.exists()


def test_nobody_is_thanked_while_their_complaint_is_open(shop):
    ann = make_customer()
    make_case(ann)

    left(ann, "1")

    assert not StaffTask.objects.exists()


def test_help_before_a_return_is_due_within_hours(shop):
    ann = make_customer()

    praise.offer_help(ann, "I want to return it", at=NOW)
    praise.offer_help(ann, "Really", at=NOW + DAY)

    task = StaffTask.objects.get()
    assert (task.reason, task.due_at - NOW) == ("return", dt.timedelta(hours=4))
