"""What blocks become in letters and short messages, and what may stand in them."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from chains.messages.blocks.registry import BLOCK_KINDS, is_held_by
from chains.messages.catalogue import block_catalogue, placeholder_catalogue
from chains.messages.compiling import compile_text
from chains.messages.rendering import render
from chains.messages.samples import nothing_known, sample
from chains.messages.short_message import render_note
from chains.messages.text_problems import MOST_BLOCKS, problems
from chains.messages.written import Block
from tests.chains.factories import written_text
from tests.chains.written_messages import make_shop

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
WORDS = Block("words", {"source": "Dear {{ customer.first_name | default: 'friend' }}"})
BUTTON = Block("button", {"label": "Track <it>", "link": "https://shop.example/{{ order.number }}"})
ELSE = Block("button", {"label": "Come back", "link": "https://shop.example/back"})
PERSONAL = Block("button", {"label": "Once more", "link": "https://shop.example/again"}, REPEAT)
PICTURE = Block("picture", {"url": "{{ product.picture_url }}", "alt": 'A "kettle"', "link": "https://shop.example/p"})
BOUGHT = Block("bought", {"shows": "all"})
MAIN = Block("bought", {"shows": "main"})
COUPON = Block("coupon", {"title": "For <you>", "note": "At the **till**"})
DIVIDER = Block("divider", {})
UNTIL = sample("en")["coupon"]["until"]


def letter(*blocks, **context):
    text = written_text(blocks=blocks)
    return render(compile_text(text, make_shop()), {**sample("en"), **context}, is_tracked=False)


def note(channel, *blocks, **context):
    text = written_text(channel=channel, subject="Hi", blocks=blocks)
    return render_note(compile_text(text, make_shop()), {**sample("en"), **context})


def test_blocks_stand_in_the_order_in_which_they_were_put():
    made = letter(BUTTON, WORDS, DIVIDER, BOUGHT, COUPON, PICTURE)

    for part in (made.html, made.text):
        places = [part.index(one) for one in ("Track", "Dear Anna", "Kettle Aria", "KETT-LE26")]
        assert places == sorted(places)
    assert 'alt="A &quot;kettle&quot;"' in made.html
    assert "Track &lt;it&gt;" in made.html
    assert "For &lt;you&gt;" in made.html
    assert "2 × €5.00" in made.text
    assert f"Valid until {UNTIL}" in made.text
    assert "qhidden" not in made.html


def test_what_is_not_known_leaves_no_gap_in_a_letter():
    made = render(
        compile_text(written_text(blocks=(MAIN, BOUGHT, COUPON, PICTURE, WORDS)), make_shop()), nothing_known()
    )

    assert made.text.startswith("Dear friend\n\n-- \n")
    assert "<img" not in made.html.partition("Dear friend")[0]
    assert "dashed" not in made.html


def test_a_letter_says_how_it_is_read_and_looks_in_the_dark():
    html = letter(WORDS, BUTTON, BOUGHT).html

    assert '<html lang="en" dir="ltr"' in html
    assert '<meta name="color-scheme" content="light dark" />' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert all('role="presentation"' in table for table in re.findall("<table[^>]*>", html))
    assert len(html.encode()) < 20_000


@pytest.mark.parametrize(
    ("seen", "label", "link"),
    [("1", "Once more", "https://shop.example/again"), ("", "Come back", "https://shop.example/back")],
)
@pytest.mark.parametrize("channel", ["telegram", "push", "sms"])
def test_a_short_message_has_the_button_of_the_first_block_that_is_shown(channel, seen, label, link):
    made = note(channel, WORDS, PERSONAL, ELSE, blocks={PERSONAL.key: seen}, shown={})

    assert (made.label, made.button, made.links) == (label, link, [link])
    assert (f"{label}: {link}" in made.text) is (channel == "sms")


def test_a_personal_block_is_in_both_parts_of_a_letter_or_in_none():
    personal = Block("words", {"source": "Welcome back, [see](https://shop.example/new)"}, REPEAT)

    shown = letter(WORDS, personal, blocks={personal.key: "1"}, shown={})
    hidden = letter(WORDS, personal, blocks={personal.key: ""}, shown={})

    assert all("Welcome back" in part for part in (shown.html, shown.text))
    assert not any("Welcome back" in part for part in (hidden.html, hidden.text))


def test_a_coupon_is_told_in_words_where_there_is_no_letter():
    assert note("telegram", COUPON).text == (
        f"<b>Hi</b>\n\nFor &lt;you&gt;\n10\xa0%\nCode: KETT-LE26\nValid until {UNTIL}\n"
        "Only for: Accessories\nFor orders from €50\nAt the <b>till</b>"
    )
    assert note("sms", WORDS, COUPON, coupon=nothing_known()["coupon"]).text == "Dear Anna"


@pytest.mark.parametrize(
    ("blocks", "channel", "path", "words"),
    [
        ((), "email", "blocks", "add a block"),
        ((WORDS, BUTTON, ELSE), "email", "blocks.2", "block 2, “Button”, does already"),
        ((WORDS,) * (MOST_BLOCKS + 1), "email", "blocks", "at most 40 blocks"),
        ((Block("poem", {}),), "email", "blocks.0.kind", "no such kind"),
        ((WORDS, BOUGHT), "sms", "blocks.1.kind", "have no such block"),
        ((PICTURE,), "sms", "blocks.0.kind", "have no such block"),
        ((Block("words", {}),), "email", "blocks.0.source", "not what belongs here"),
        ((Block("words", {"source": ""}),), "email", "blocks.0.source", "must not be empty"),
        ((Block("words", {"source": "{{ custmer.name }}"}),), "email", "blocks.0.source", "custmer"),
        ((Block("words", {"source": "[x](http://a b)"} | {"source": "[x](nowhere)"}),), "email", "blocks.0.source", "https://"),
        ((Block("button", {"label": "Go", "link": "javascript:alert(1)"}),), "email", "blocks.0.link", "https://"),
        ((Block("button", {"label": "{{ rating_scale }}", "link": "tel:1"}),), "email", "blocks.0.label", "scale"),
        ((Block("button", {"label": "x" * 101, "link": "tel:1"}),), "email", "blocks.0.label", "100 characters"),
        ((Block("button", {"label": 7, "link": []}),), "email", "blocks.0.link", "not what belongs here"),
        ((Block("bought", {"shows": "some"}),), "email", "blocks.0.shows", "one of those offered"),
        ((Block("words", {"source": "a"}, {"field": "moon"}),), "email", "blocks.0.rule", "what to ask about"),
        ((Block("words", {"source": "a"}, {"all": 7}),), "email", "blocks.0.rule", "at least one condition"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_what_may_not_be_sent_is_named_with_its_place(blocks, channel, path, words):
    found = list(problems(written_text(channel=channel, blocks=blocks)))

    assert path in [place for place, _sentence in found]
    assert words in dict(found)[path]


@pytest.mark.django_db
def test_two_calls_to_action_may_be_for_different_people():
    assert list(problems(written_text(blocks=(WORDS, PERSONAL, ELSE)))) == []


@pytest.mark.django_db
def test_the_catalogue_tells_all_that_a_form_needs():
    found = {kind["kind"]: kind for kind in block_catalogue("ru")}

    assert list(found) == list(BLOCK_KINDS)
    assert found["button"]["label"] == "Кнопка"
    assert found["button"]["content"] == {"label": "", "link": ""}
    assert found["bought"]["content"] == {"shows": "main"}
    assert found["words"]["channels"] == ["email", "sms", "telegram", "push"]
    assert not is_held_by("sms", BLOCK_KINDS["picture"])
    placeholders = {one["path"]: one for one in placeholder_catalogue("en")}
    assert placeholders["product.name"]["sample"] == "Kettle Aria 1.7 l"
    assert placeholders["rate_url"]["is_link"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_made_up_customer_has_dates_near_today(language):
    made_up = sample(language)

    dates = [made_up["order"]["placed_on"], made_up["coupon"]["until"], made_up["points"]["expiring_on"]]

    near = {str((timezone.now() + dt.timedelta(days=days)).year) for days in (-30, 30)}
    assert all(date[-4:] in near for date in dates)
