import datetime as dt

import pytest

from crm import placeholders
from crm.placeholders import is_error_cell, is_no_birth_date, is_no_email, is_no_id, is_no_phone


def each(words, mark=" "):
    return words.split(mark)


@pytest.mark.parametrize(
    "text",
    each(
        "0 00 0.0 -0 ０ №0 -1 −1 -1.0 - — ? ... null NULL (null) <none> nil N/A n.a. NaN nat undefined unknown Guest"
        " anonymous [object\xa0Object] гость Нет н/д неизвестно #N/A #REF! #ССЫЛКА! #ЗНАЧ! Err:502 #### \\N 2147483647"
        " none@none.com 00000000-0000-0000-0000-000000000000"
    ),
)
def test_what_stands_where_there_is_no_id_names_nobody(text):
    assert is_no_id(text)


@pytest.mark.parametrize("text", each("1 10 77 -5 A-0 W-1 0-1 NA-1 guest-17 Nonesuch X anna@example.com 100.5"))
def test_an_id_that_looks_a_little_like_one_stays(text):
    assert not is_no_id(text)


@pytest.mark.parametrize(
    "text",
    each(
        "none@none.com no@email.com NoEmail@shop.ru no-email@x.de n/a@n/a.com test@test.com a@a.com x@x.ru no@no.com"
        " 123@123.ru нет@нет.рф null@null.com 77@noemail.com mail@mail.ru noreply@shop.com -"
    ),
)
def test_an_address_typed_because_the_form_asks_is_none(text):
    assert is_no_email(text)


@pytest.mark.parametrize(
    "text",
    each(
        "anna@example.com guest@example.com test@example.com ivanov@ivanov.ru no@company.kr info@shop.com"
        " nora@gmail.com guest@hotel.com noah@none-such.com a@example.com"
    ),
)
def test_an_address_of_somebody_stays(text):
    assert not is_no_email(text)


@pytest.mark.parametrize(
    "text",
    each(
        "0|000000|5555555555|111|+7 999 999-99-99|89999999999|+1 (555) 555-5555|1234567890|+71234567890|81234567890"
        "|0123456789|9876543210|нет|-|n/a|+49 00000000",
        mark="|",
    ),
)
def test_a_phone_nobody_has_is_none(text):
    assert is_no_phone(text)


@pytest.mark.parametrize(
    "text", each("+79123456789 +79111111111 +442079460000 +375291111111 89161234567 5551234567 +15550100")
)
def test_a_phone_that_is_easy_to_remember_stays(text):
    assert not is_no_phone(text)


@pytest.mark.parametrize(
    ("date", "is_none"),
    [
        (dt.date(1900, 1, 1), True),
        (dt.date(1, 1, 1), True),
        (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), True),
        (dt.datetime(1970, 1, 1, 3, tzinfo=dt.timezone(dt.timedelta(hours=3))), True),
        (dt.date(1970, 1, 1), False),
        (dt.date(1990, 1, 1), False),
    ],
)
def test_the_first_day_of_a_calendar_is_no_birth_date(date, is_none):
    assert is_no_birth_date(date) is is_none


@pytest.mark.parametrize("name", ["Null", "None", "Гость", "#1 fan", "#Wow", "N/A"])
def test_surnames_and_words_of_people_are_no_errors(name):
    assert not is_error_cell(name)


def test_a_profile_keeps_what_is_told():
    assert placeholders.told("#N/A") == ""
    assert placeholders.told(["vip", "#REF!"]) == ["vip"]
    assert placeholders.told({"size": "#VALUE!", "colour": "red", "age": 3}) == {"colour": "red", "age": 3}
    assert placeholders.told(dt.date(1900, 1, 1)) is None
    assert placeholders.told("Null") == "Null"
