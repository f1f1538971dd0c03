"""What the health check says of letters: of one by itself, without a database."""

from dataclasses import replace

import pytest

from chains.definition.checks.five_parts import FirstPart, missing_parts
from chains.definition.checks.letter import letter_of
from chains.definition.checks.letter_rules import letter_findings
from chains.definition.checks.weight import heavy_letter
from chains.messages.written import Block
from crm.models import Shop
from tests.chains.factories import written_text

BUTTON = {"button": ("Follow the parcel", "https://kettle.example.com/track")}
FIRST = "Thank you! You bought {{ product.name }}. We will write as soon as it is on its way. Just answer this letter."


def letter(words="Good day.", **fields):
    return letter_of(written_text(words=words, **fields))


@pytest.mark.parametrize(
    ("body", "fields", "missing"),
    [
        (FIRST, BUTTON, []),
        ("Good day.", {}, ["thanks", "bought", "next", "contact", "button"]),
        (FIRST, {}, ["button"]),
        ("Thanks. {{ order.products }} comes on {{ order.promised_on }}. {{ shop.support_contact }}", BUTTON, []),
        ("Thank you for {{ product.name }}. What happens next: +44 20 7946 0000.", BUTTON, []),
        (
            "Спасибо! Вы купили {{ product.name }}. Как только отправим, напишем. Ответьте на это письмо.",
            BUTTON | {"language": "ru"},
            [],
        ),
        ("Здравствуйте.", {"language": "ru"}, ["thanks", "bought", "next", "contact", "button"]),
    ],
)
def test_a_first_message_has_five_parts(body, fields, missing):
    assert missing_parts(letter(body, **fields)) == [FirstPart(part) for part in missing]


def test_the_footer_of_a_letter_says_whom_to_ask():
    bare = letter(FIRST.replace("Just answer this letter.", ""), **BUTTON)

    assert missing_parts(bare) == [FirstPart.CONTACT]
    assert missing_parts(bare, has_contact_below=True) == []


@pytest.mark.parametrize(
    ("told", "body", "fields", "found"),
    [
        ("nothing wrong", "Your kettle is on its way.", BUTTON, []),
        ("one link", "[Follow it](https://kettle.example.com/track).", {}, []),
        ("the button again", "[Follow it](https://kettle.example.com/track?utm=x).", BUTTON, []),
        ("another link", "[The rules](https://kettle.example.com/rules).", BUTTON, ["calls_to_action"]),
        ("a scale and a button", "How was it? {{ rating_scale }}", BUTTON, ["calls_to_action"]),
        ("small print", "[Topics]({{ preferences_url }}), [write](mailto:help@kettle.example.com).", BUTTON, []),
        ("advertising", "Hurry, 20 % off everything.", BUTTON, ["advertising_tone"]),
        ("in Russian", "Успейте купить со скидкой.", BUTTON | {"language": "ru"}, ["advertising_tone"]),
        ("shouted", "It has arrived!!", BUTTON, ["advertising_tone"]),
        ("marketing may", "Hurry, 20 % off kettles.", BUTTON | {"purpose": "marketing"}, []),
        ("long", "word " * 121, BUTTON, ["long_letter"]),
        ("placeholders are no words", "word {{ customer.first_name | default: 'my dear friend' }} " * 100, BUTTON, []),
        ("home page", "Look.", {"button": ("See kettles", "{{ shop.site_url }}")}, ["home_page"]),
        ("a page of the shop", "Look.", {"button": ("See", "{{ shop.site_url }}/kettles")}, []),
        ("plain link", "Look.", {"button": ("See", "http://kettle.example.com/a")}, ["plain_link"]),
    ],
)
def test_a_letter_by_itself(told, body, fields, found):
    assert [one.code for one in letter_findings(letter(body, **fields))] == found


def test_a_call_that_only_some_see_is_none_of_the_others():
    blocks = [
        Block("words", {"source": "Good day."}),
        Block("button", {"label": "Follow", "link": "https://a.example/one"}, key="one"),
        Block("button", {"label": "Repeat", "link": "https://a.example/two"}, {"all": []}, key="two"),
    ]

    assert list(letter_findings(letter(blocks=blocks))) == []
    assert [one.block for one in letter_findings(letter(blocks=[*blocks, replace(blocks[2], rule=None)]))] == ["two"]


def test_what_was_bought_is_shown_by_its_block():
    shown = letter(blocks=[Block("bought", {"shows": "all"})])

    assert FirstPart.BOUGHT not in missing_parts(shown)


def test_what_is_found_is_said_in_words():
    found = letter_findings(letter("[The rules](https://a.example/rules)", **BUTTON))

    assert [one.words for one in found] == ["2 calls to action, where one is enough: “The rules”, “Follow the parcel”."]


@pytest.mark.parametrize(
    ("told", "blocks", "channel", "found"),
    [
        ("few words", 3, "email", []),
        ("many blocks of few words", 30, "email", []),
        ("many blocks of many words", 39, "email", ["heavy_letter"]),
        ("no letter", 39, "sms", []),
    ],
)
def test_a_letter_that_gmail_would_cut_off_is_told(told, blocks, channel, found):
    words = "A long sentence about kettles. " * (100 if found else 2)
    text = written_text(blocks=[Block("words", {"source": words}) for _block in range(blocks)], channel=channel)

    assert [one.code for one in heavy_letter(text, Shop(name="Kettles"))] == found
