import pytest

from chains.incoming.reply_text import fresh_text, route
from chains.incoming.stop import asks_to_stop
from tests.chains.incoming.replies import BARE, FOOTERS, HEADS, QUOTE, SENTENCES, WHOLE

LISTS = {"complaint_words": "complain\nверните деньги\nжалоб", "urgent_words": "need help\nсрочно\n"}
WORDS = "It leaks at the lid.\n\nPlease help."
ABOVE = [(name, f"{head}{quote}") for name, head in SENTENCES + HEADS for quote in (QUOTE, BARE) if ">" not in head[:1]]


@pytest.mark.parametrize(("why", "below"), ABOVE)
def test_cuts_off_the_letter_that_is_answered(why, below):
    assert fresh_text(f"{WORDS}\n\n{below}") == WORDS


@pytest.mark.parametrize("footer", FOOTERS)
def test_cuts_off_what_programs_and_firms_add(footer):
    assert fresh_text(f"{WORDS}\n\n{footer}") == WORDS


@pytest.mark.parametrize(("why", "letter", "expected"), WHOLE)
def test_keeps_every_word_of_the_customers(why, letter, expected):
    assert fresh_text(letter) == expected


@pytest.mark.parametrize(
    "line", ["-" * 299 + "x", "x", "--- ", "--x" + "-x" * 140, "On 10.03.2026 <a@b.example> " + "wrote " * 40]
)
def test_keeps_the_words_of_letters_made_to_be_slow(line):
    letter = f"{line}\n" * (50_000 // (len(line) + 1))

    assert fresh_text(letter) == letter.strip()


@pytest.mark.parametrize("below", [*FOOTERS, *(f"{head}{QUOTE}" for _name, head in SENTENCES + HEADS)])
@pytest.mark.parametrize("word", ["STOP", "Отпишите меня."])
def test_stop_is_stop_whatever_stands_below(word, below):
    assert asks_to_stop(f"{word}\n\n{below}")


@pytest.mark.parametrize(
    "text",
    [
        "Stop!",
        "стоп.",
        "«Стоп»",
        "STOP 🛑",
        "stop stop stop",
        "Please, stop",
        "stop sending me these newsletters",
        "Stop emailing me",
        "I want to unsubscribe",
        "Hi,\n\nPlease unsubscribe me from this list.\n\nThanks,\nAnn",
        "Take me off your mailing list",
        "Opt-out",
        "Don't email me again",
        "STOP\n\nJohn Smith\nAcme Ltd\n+1 555 123 4567",
        "Стоп\n\nС уважением,\nИван Петров",
        "Добрый день! Прошу отписать меня от рассылки.\nС уважением, Анна",
        "Больше не присылайте мне письма",
        "Удалите меня из рассылки",
        "Хватит",
        "Bitte keine E-Mails mehr",
        "Abmelden",
        "Merci de me désabonner",
        "Por favor, darme de baja",
        "Cancellami",
        "Parar",
        "Afmelden",
        "Proszę mnie wypisać",
        "Відпишіть мене",
        "Abonelikten çık",
    ],
)
def test_says_that_it_is_enough(text):
    assert asks_to_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Stop by tomorrow",
        "Please don't stop",
        "Please stop the leak",
        "Stop! My kettle leaks",
        "The kettle does not stop",
        "Stop\n\nThe kettle leaks, what now?",
        "When does it stop?",
        "Can I unsubscribe?",
        "Unsubscribe does not work",
        "Cancel my order",
        "Stop the order",
        "Remove my order",
        "Non stop",
        "Не стоп",
        "Стоп-кран сломан",
        "Хватит ли мне одного?",
        "Не пишите мне в понедельник, звоните",
        "Отпишите, когда придёт заказ",
        "Как отписаться?",
        "Отмените заказ",
        "Остановите доставку",
        "Не присылайте мне чайник, я передумал",
        "Спасибо",
    ],
)
def test_whoever_says_more_is_answered_by_a_person(text):
    assert not asks_to_stop(text)


@pytest.mark.parametrize(
    ("text", "kind", "severity"),
    [
        ("Where is my order?", "question", "normal"),
        ("I NEED  HELP now", "question", "high"),
        ("Срочно позвоните", "question", "high"),
        ("I want to complain", "complaint", "high"),
        ("Моя жалоба", "complaint", "high"),
        ("Вёрните деньги", "complaint", "high"),
        ("uncomplaining", "question", "normal"),
    ],
)
def test_the_shops_words_decide_what_a_reply_is(text, kind, severity):
    assert route(text, **LISTS) == (kind, severity)


def test_without_words_everything_is_a_question():
    assert route("I complain", complaint_words="", urgent_words=" \n\n") == ("question", "normal")
