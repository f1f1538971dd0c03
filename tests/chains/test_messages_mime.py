import email
import email.policy

import pytest
from django.core.mail.message import BadHeaderError
from hypothesis import given
from hypothesis import strategies as some

from chains.messages.mime import MimeLetter, header_words, named_address, wire_address
from chains.messages.rendering import one_line


def make_letter(**fields):
    given = {
        "sender": ("Дом и очаг", "shop@example.com"),
        "to": "ann@example.com",
        "subject": "Заказ принят",
        "text": "Здравствуйте!\n",
        "html": "<p>Здравствуйте!</p>",
        "headers": {"Message-ID": "<abc@example.com>"},
    }
    return MimeLetter(**given | fields)


def read_back(letter):
    content = letter.message().as_bytes(linesep="\r\n")
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert not parsed.defects
    return parsed


def body(parsed, subtype):
    return parsed.get_body((subtype,)).get_content().replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize(
    "words",
    [
        "Plain words",
        "Zażółć gęślą jaźń — café",
        "Ваш заказ уже в пути, " * 20,
        "👩‍🚀 " * 40,
        "=?utf-8?b?ZXZpbA==?=",
        "long " * 3000,
        ".\n.leading periods\n..\n",
        "trailing spaces   \nand = signs == \t\n",
        "--=_encore\n--=_encore--",
        "null \x00 byte",
    ],
    ids=range(10),
)
def test_what_goes_in_comes_out(words):
    subject = " ".join(words.replace("\x00", "").split())[:300]

    parsed = read_back(make_letter(subject=subject, text=words, html=f"<p>{words}</p>"))

    assert parsed["subject"] == subject
    assert parsed["from"].addresses[0].display_name == "Дом и очаг"
    assert parsed["from"].addresses[0].addr_spec == "shop@example.com"
    assert body(parsed, "plain") == words.rstrip("\n")
    assert body(parsed, "html") == f"<p>{words}</p>"


def test_has_a_plain_part_before_the_page():
    parsed = read_back(make_letter())

    assert parsed.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert parsed["message-id"] == "<abc@example.com>"
    assert parsed["date"].datetime


@pytest.mark.parametrize("field", ["subject", "header", "name"])
def test_no_value_can_add_a_header(field):
    evil = "Hello\r\nBcc: all@example.com"
    fields = {
        "subject": {"subject": evil},
        "header": {"headers": {"X-Note": evil}},
        "name": {"sender": (evil, "shop@example.com")},
    }

    with pytest.raises(BadHeaderError):
        make_letter(**fields[field]).message()


@pytest.mark.parametrize(
    "address",
    ["", "ann", "ann@", "@example.com", "ann@example.com\r\nBcc: x@y.z", "a b@example.com", "<ann@example.com>",
     "ann@exa mple.com", "анна@example.com", "ann,bob@example.com", "a" * 250 + "@example.com"],
)  # fmt: skip
def test_refuses_an_address_no_server_would_take(address):
    with pytest.raises(ValueError, match="^[^\\n]*"):
        wire_address(address)


def test_writes_a_cyrillic_domain_as_servers_know_it():
    assert wire_address("anna@почта.рф") == "anna@xn--80a1acny.xn--p1ai"


def test_quotes_a_name_with_a_comma():
    assert named_address('Kettle, "Co"', "a@example.com") == '"Kettle, \\"Co\\"" <a@example.com>'


def test_encoded_words_keep_to_their_length_and_break_between_characters():
    folded = header_words("Ж" * 100)

    assert all(len(line.strip()) <= 75 for line in folded.split("\r\n"))


def test_providers_interfaces_see_an_ordinary_message():
    letter = make_letter(headers={"Reply-To": "help@example.com"})

    assert letter.from_email == '"Дом и очаг" <shop@example.com>'
    assert letter.to == ["ann@example.com"]
    assert letter.body == "Здравствуйте!\n"
    assert letter.alternatives[0].mimetype == "text/html"
    assert letter.extra_headers == {"Reply-To": "help@example.com"}


@given(
    words=some.text(some.characters(exclude_categories=["Cs"]), max_size=400),
    subject=some.text(some.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200),
)
def test_any_words_survive_the_way(words, subject):
    parsed = read_back(make_letter(subject=one_line(subject), text=words, html=words))

    expected = words.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    assert parsed["subject"] == one_line(subject)
    assert body(parsed, "plain") == expected
    assert body(parsed, "html") == expected
