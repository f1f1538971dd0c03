import pytest

from chains.incoming.messenger import hear
from chains.incoming.reply_text import praises
from crm.models import Case, StaffTask
from crm.service.conversations import CustomerLetter
from tests.conftest import NOW, make_customer

WORDS = "very happy\nlove it\nсупер\nв восторге"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("I am very happy with it!", True),
        ("LOVE IT", True),
        ("Супер, спасибо", True),
        ("I am not very happy with it", False),
        ("I don't love it", False),
        ("не в восторге", False),
        ("Not the first one, but I love it", True),
        ("Where is my parcel?", False),
    ],
)
def test_tells_praise_from_its_opposite(said, expected):
    assert praises(said, WORDS) is expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ("I love it, thank you so much", ["praise"]),
        ("I want to return it", ["return"]),
        ("I love it, but I want to return it", ["return"]),
        ("I love it. I still want my money back", []),
        ("Love it. Urgent: where is the lid?", []),
        ("Where is my parcel?", []),
        ("Thanks\n\n> I love it", []),
    ],
)
def test_a_reply_is_a_task_by_its_words(shop, said, reasons):
    hear(make_customer(), letter("1", said))

    assert list(StaffTask.objects.values_list("reason", flat=True)) == reasons


@pytest.mark.django_db
def test_a_letter_heard_twice_is_one_task(shop):
    ann = make_customer()

    hear(ann, letter("1", "I love it"))
    hear(ann, letter("1", "I love it"))

    assert StaffTask.objects.count() == Case.objects.count() == 1


def letter(key, text):
    return CustomerLetter(key, "12345", "", text, NOW, channel="telegram")
