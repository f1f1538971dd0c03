import datetime as dt

import pytest

from crm.models import CaseMessage
from crm.service.conversations import seen_of
from crm.service.letter_checks import doubts
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def case():
    ann = make_customer()
    return make_case(ann, order=make_order(customer=ann, number="R-1001"))


def against(case, text, *, has_files=False, seen=""):
    return doubts(case, text, has_files=has_files, seen=seen, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "Your order R-1001 comes on Friday.",
        "It was sent on 01.03.2026 and will be there by 12.03.2026.",
        "Отправили 1 марта, привезём до 12 марта.",
        "We will be there by 5 April.",
        "Write to help@kettle.example.com or see https://kettle.example.com/@kettle",
        "Tomorrow will do. Order 31.02.2026 is no day.",
        "",
    ],
)
def test_nothing_speaks_against_a_plain_answer(case, text):
    assert against(case, text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello {{ first_name }}, {{tracking}} and {{ first_name }}", "{{ first_name }}, {{tracking}}."),
        ("Hello, TODO ask the store", "“TODO”"),
        ("Draft reply: hello", "“Draft reply:”"),
        ("Добрый день! Черновик ответа", "“Черновик”"),
        ("We will bring it by 09.03.2026", "March 9, 2026"),
        ("We will bring it until March 9", "March 9, 2026"),
        ("Привезём не позднее 9 марта", "March 9, 2026"),
        ("It will come by 2026-03-09.", "March 9, 2026"),
        ("The invoice is attached.", "speaks of a file"),
        ("Счёт во вложении", "speaks of a file"),
    ],
)
def test_what_speaks_against_it_is_said(case, text, words):
    (said,) = against(case, text)

    assert words in said


def test_a_day_without_a_year_may_be_one_of_next_year(case):
    december = NOW.replace(month=12)

    assert doubts(case, "We will be there by 5 January.", has_files=False, seen="", now=december) == []
    assert len(doubts(case, "We will be there by 5 December.", has_files=False, seen="", now=december)) == 1


def test_a_file_that_is_there_may_be_spoken_of(case):
    assert against(case, "The invoice is attached.", has_files=True) == []


def test_another_ones_order_is_noticed_and_their_own_others_are_not(case):
    make_order(customer=case.customer, number="R-1002")
    make_order(number="R-2001")

    assert against(case, "R-1001 and R-1002 are yours") == []
    assert against(case, "Your order #R-2001 is here") == ["This is the order of somebody else: R-2001."]


def test_speaking_to_a_colleague_is_noticed(case, django_user_model):
    django_user_model.objects.create_user("ada", is_staff=True)
    django_user_model.objects.create_user("bob")

    assert against(case, "@Ada, can you look?") == [
        "It speaks to a colleague: @ada. The customer would read that.",
    ]
    assert against(case, "Find us as @bob on the net") == []


def test_what_came_meanwhile_is_to_be_read_first(case):
    seen = seen_of(case)
    CaseMessage.objects.create(case=case, direction="received", text="Never mind", occurred_at=NOW)

    assert against(case, "On Friday", seen=seen) == [
        "Something was written here after you opened this page. Read it above first."
    ]
    assert against(case, "On Friday", seen=seen_of(case)) == []


def test_looks_in_few_queries(case, django_assert_max_num_queries):
    seen = seen_of(case)

    with django_assert_max_num_queries(4):
        doubts(case, "@ada R-1 R-2 R-3 " * 50, has_files=False, seen=seen, now=NOW + dt.timedelta(days=1))
