import pytest

from crm.models import Case, Event, Feedback
from crm.service import feedback
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db


def leave(customer, **told):
    return feedback.leave(customer, **{"kind": "rating", "score": 5, "source": "survey", "key": "1"} | told)


def test_a_rating_is_kept_once(now):
    order = make_order(total=10)

    first = leave(order.customer, order=order, at=now, text="Boils fast", may_publish=True)
    again = leave(order.customer, order=order, at=now, score=1)

    assert again == first == Feedback.objects.get()
    assert (first.score, first.text, first.may_publish, first.left_at) == (5, "Boils fast", True, now)
    event = Event.objects.get(kind="feedback.left")
    assert event.properties == {"kind": "rating", "score": 5, "feedback": first.pk, "level": "high"}
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("kind", "score", "is_low"),
    [
        ("rating", 3, True),
        ("rating", 4, False),
        ("nps", 6, True),
        ("nps", 7, False),
        ("nps", 0, True),
        ("exit", None, False),
    ],
)
def test_a_low_score_asks_a_human_to_look(kind, score, is_low, now):
    customer = make_customer()

    left = leave(customer, kind=kind, score=score, at=now, text="Too loud")
    leave(customer, kind=kind, score=score, at=now, text="Too loud")

    assert Case.objects.count() == is_low
    if is_low:
        case = Case.objects.get()
        assert (case.kind, case.channel, case.body, case.key) == (
            "question",
            "survey",
            "Too loud",
            f"feedback:{left.pk}",
        )
        assert str(score) in case.subject


def test_the_shop_says_what_is_low(now, shop):
    shop.low_rating = 1
    shop.save()

    leave(make_customer(), score=2, at=now)

    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("kind", "score"), [("rating", 0), ("rating", 6), ("rating", None), ("nps", 11), ("nps", -1), ("stars", 3)]
)
def test_a_score_off_the_scale_is_refused_in_words(kind, score, now):
    with pytest.raises(ValueError, match=r"whole number from|not a kind"):
        leave(make_customer(), kind=kind, score=score, at=now)

    assert not Feedback.objects.exists()
