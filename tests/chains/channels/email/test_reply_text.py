import pytest

from chains.incoming.reply_text import asks_to_stop, fresh_text, route

WORDS = {"complaint_words": "complain\nверните деньги\nжалоб", "urgent_words": "need help\nсрочно\n"}


@pytest.mark.parametrize(
    ("why", "text", "fresh"),
    [
        ("quoted lines", "Yes\n> Do you?\n>> Or not?\nBye", "Yes\nBye"),
        ("English", "Yes.\n\nOn Tue, Mar 10, 2026 at 9:00 AM Shop <s@x.example> wrote:\n\n> Hello", "Yes."),
        ("over two lines", "Yes.\n\nOn Tue, Mar 10, 2026 Kettle <shop@kettle.example.com>\nwrote:\n> Hi", "Yes."),
        ("Russian", "Да.\n\nвт, 10 мар. 2026 г. в 12:00, Магазин <s@x.example>:\n> Привет", "Да."),
        ("Russian, with a verb", "Да.\n\n10.03.2026 12:00, Магазин пишет:\n> Привет", "Да."),
        ("Outlook", "Yes.\n\n-----Original Message-----\nFrom: Shop\nSent: Tuesday\n\nHello", "Yes."),
        ("Outlook without lines", "Yes.\n\nFrom: Shop\nSent: Tuesday\nTo: Ann\n\nHello", "Yes."),
        ("Outlook in Russian", "Да.\n\nОт: Магазин\nОтправлено: вторник\n\nПривет", "Да."),
        ("a signature", "Yes.\n-- \nAnn Petrova\n+7 900", "Yes."),
        ("an answer below", "On Tue, Mar 10, 2026 Shop wrote:\n> Hello\n\nYes.", "Yes."),
        ("nothing of their own", "> Hello\n> again", "> Hello\n> again"),
        ("no quote", "One\n\n\n\nTwo", "One\n\nTwo"),
    ],
)
def test_keeps_what_the_customer_wrote(why, text, fresh):
    assert fresh_text(text) == fresh


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
    assert route(text, **WORDS) == (kind, severity)


def test_without_words_everything_is_a_question():
    assert route("I complain", complaint_words="", urgent_words=" \n\n") == ("question", "normal")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("STOP!", True), ("Стоп", True), ("unsubscribe", True), ("Please stop the leak", False), ("", False)],
)
def test_only_a_letter_that_says_nothing_else_asks_to_stop(text, expected):
    assert asks_to_stop(text) is expected
