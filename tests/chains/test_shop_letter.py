"""Every letter of the shop begins with the same headers, whatever the shop is called."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail.message import BadHeaderError

from chains.messages.shop_letter import reply_url, shop_letter
from tests.chains.written_messages import make_shop, rendered

NAMES = [
    'O\'Neil "The Kettle", Ltd.',
    "Чайник & Co",
    "Tea; Co <x@y.example>",
    "back\\slash",
    "=?utf-8?q?x?=",
    "Чай 🫖",
]


def written(named="t0ken", to="ann@example.com", subject="Your kettle", html=None, **shop):
    shop = make_shop(**{"sender_address": "shop@kettle.example.com"} | shop)
    return shop_letter(
        shop, to=to, subject=subject, text="Hello\nAnn", html=html, message_id="<1@kettle.example.com>", token=named
    )


def read_back(letter):
    parsed = message_from_bytes(letter.message().as_bytes(linesep="\r\n"), policy=default)
    assert not parsed.defects
    return parsed


@pytest.mark.parametrize("name", NAMES)
def test_a_shop_of_any_name_is_the_sender(name):
    letter = written(name=name)

    (sender,) = read_back(letter)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "shop@kettle.example.com")
    assert letter.from_email.endswith(" <shop@kettle.example.com>")


@pytest.mark.parametrize("told", [{"name": "Kettle\nBcc: x@example.com"}, {"subject": "Hi\r\nBcc: x@example.com"}])
def test_no_name_and_no_subject_adds_a_header(told):
    with pytest.raises(BadHeaderError):
        written(**told)


def test_answers_and_reports_name_the_letter(settings):
    settings.BOUNCE_ADDRESS = "bounces@kettle.example.com"
    letter = written(reply_address="help+old@почта.рф")

    assert letter.reply_to == ["help+t0ken@xn--80a1acny.xn--p1ai"]
    assert read_back(letter)["Reply-To"] == letter.reply_to[0]
    assert (letter.envelope_from, letter.metadata) == ("bounces+t0ken@kettle.example.com", {"touch": "t0ken"})


def test_a_letter_without_a_token_is_answered_at_the_shops_own_address():
    letter = written(named="")

    assert (letter.reply_to, letter.metadata) == (["help@kettle.example.com"], {})
    assert written(named="", reply_address="").reply_to == []


def test_a_letter_without_html_is_plain_text():
    parsed = read_back(written())

    assert (parsed.get_content_type(), parsed.get_content().splitlines()) == ("text/plain", ["Hello", "Ann"])
    assert read_back(written(html="<p>Hello</p>")).get_content_type() == "multipart/alternative"


def test_an_address_that_no_server_takes_is_told_from_one_of_the_shops_own():
    with pytest.raises(ValueError, match="ann@") as refused:
        written(to="ann@")
    assert not isinstance(refused.value, BadHeaderError)
    with pytest.raises(BadHeaderError, match="own address"):
        written(sender_address="shop@")


def test_a_button_to_answer_leads_where_the_answer_would_go():
    letter = rendered({"reply_url": reply_url(make_shop(), "t0ken")}, button=("Ask", "{{ reply_url }}"))

    assert 'href="mailto:help+t0ken@kettle.example.com"' in letter.html
    assert "Ask:\nmailto:help+t0ken@kettle.example.com" in letter.text
    assert read_back(written())["Reply-To"].addresses[0].addr_spec == "help+t0ken@kettle.example.com"


@pytest.mark.parametrize("address", ["", "справка@kettle.example.com"])
def test_there_is_no_button_to_answer_where_no_answer_arrives(address):
    url = reply_url(make_shop(reply_address=address), "t0ken")

    assert url == ""
    assert "Ask" not in rendered({"reply_url": url}, button=("Ask", "{{ reply_url }}")).html
