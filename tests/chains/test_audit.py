"""A letter pasted in: read whatever it is, and judged like one of Encore's own."""

import contextlib
import re

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from chains.audit.audit import Kind, audit
from chains.audit.making import make_template
from chains.audit.pasted import MOST_LETTERS, Unreadable, language_of, read_pasted
from chains.messages.text_problems import problems
from chains.messages.written import sources_of, written_texts
from chains.models import MessageTemplate
from crm.languages import codes, folder

HTML = """<!doctype html><html lang="en"><head><title>Your order</title><style>p{color:red}</style></head><body>
<div style="display:none;max-height:0">Your kettle leaves our warehouse tomorrow morning</div>
<p>Thank you! Order no. 1042 is packed.</p><p>What happens next: it will arrive on Friday.
Just answer this letter.</p>
<a href="https://kettle.example.com/track?utm_source=mail">Follow the parcel</a>
<p><img src="https://kettle.example.com/a.png" width="600" alt="A kettle"><img src="https://x.example/o" width="1"></p>
<a href="https://kettle.example.com/privacy">Privacy policy</a> <a href="https://vk.com/kettle">VK</a>
<script>alert(1)</script></body></html>"""
EML = (
    "From: Shop <shop@kettle.example.com>\nSubject: =?utf-8?b?0JfQsNC60LDQtyDihJYgMTA0Mg==?=\nMIME-Version: 1.0\n"
    "List-Unsubscribe: <https://kettle.example.com/u>\n"
    "Content-Type: text/html; charset=utf-8\n\n<p>Спасибо за заказ!</p><img src='a.png'>\n"
)


def remarks(source, kind=Kind.SERVICE, subject="Your order"):
    return [one.words for one in audit(read_pasted(source, subject), kind).remarks]


def test_a_good_first_letter_has_nothing_said_against_it():
    found = audit(read_pasted(HTML), Kind.FIRST)

    assert found.remarks == ()
    assert all(is_there for _name, is_there in found.parts)
    assert found.letter.subject == "Your order"
    assert found.letter.preheader == "Your kettle leaves our warehouse tomorrow morning"
    assert [call.label for call in found.letter.calls] == ["Follow the parcel"]
    assert "alert" not in found.letter.words


def test_a_whole_message_is_read_with_its_headers():
    pasted = read_pasted(EML)

    assert pasted.subject == "Заказ № 1042"
    assert pasted.can_unsubscribe_in_one_press is False
    assert not pasted.has_plain_part
    assert language_of(pasted.words) == "ru"
    said = remarks(EML, Kind.MARKETING, "")
    assert any("List-Unsubscribe-Post" in one for one in said)
    assert "1 picture has no words in its place (alt)." in said
    assert "It has no plain-text part." in said


@pytest.mark.parametrize(
    ("told", "source", "kind", "words"),
    [
        ("nothing of the five", "Good day.", Kind.FIRST, "not say all that a first message"),
        ("two calls", "Look: https://a.example/one\nBuy: https://a.example/two", Kind.SERVICE, "2 calls to action"),
        ("tone", "Hurry, today only!", Kind.SERVICE, "sounds like advertising"),
        ("no way out", "Buy kettles.", Kind.MARKETING, "no way to unsubscribe"),
        ("everything", "Take 20 % off everything. Unsubscribe.", Kind.MARKETING, "a discount on everything"),
        ("merge tag", "Dear *|FNAME|*, hello.", Kind.SERVICE, "left unfilled: *|FNAME|*"),
        ("percent tag", "Dear %FIRST_NAME%, hello.", Kind.SERVICE, "left unfilled: %FIRST_NAME%"),
        ("liquid", "Dear {{ name }}, hello.", Kind.SERVICE, "left unfilled: {{ name }}"),
        ("a gap", "Hello, !\nYour order.", Kind.SERVICE, "should be: “Hello, !”"),
        ("long", "word " * 130, Kind.SERVICE, "130 words"),
        ("heavy", "<p>" + ("word " * 6 + "<b></b>") * 3500, Kind.SERVICE, "It weighs"),
        ("plain link", "Look: http://a.example/one", Kind.SERVICE, "without encryption"),
        ("in Russian", "Успейте купить со скидкой", Kind.SERVICE, "sounds like advertising"),
    ],
)
def test_what_is_wrong_is_said(told, source, kind, words):
    assert any(words in one for one in remarks(source, kind)), remarks(source, kind)


def test_a_long_subject_and_none():
    assert any("has no subject" in one for one in remarks("Good day.", subject=""))
    assert any("The subject has 80" in one for one in remarks("Good day.", subject="x" * 80))


@pytest.mark.parametrize("language", codes())
def test_the_language_of_our_own_letters_is_recognised(language):
    for letter in (folder(language) / "letters").glob("*.txt"):
        words = re.sub(r"(?m)^\[.*\]$|{{.*?}}|{%.*?%}", "", letter.read_text(encoding="utf-8").partition("\n\n")[2])
        assert language_of(words) == language, letter.name


@pytest.mark.parametrize(
    "source",
    ["", " \x00 ", "x" * (MOST_LETTERS + 1), "<p>" * 8_001],
)
def test_what_cannot_be_read_is_refused_in_words(source):
    with pytest.raises(Unreadable):
        read_pasted(source)


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 7_900,
        "<a href='x'>" * 7_900 + "word",
        "<!--" * 7_900,
        "From: a\nSubject: b\n" + " c\n" * 90_000,
        "From: a\nSubject: b\nContent-Type: multipart/mixed; boundary=x\n\n" + "--x\n" * 50_000,
        "{{" * 100_000,
        "[" * 290_000,
        "a ," * 90_000,
        "\n" * 290_000 + "x",
        "https://" * 30_000,
        "<p>" + "&" * 100_000,
    ],
)
def test_whatever_is_pasted_is_answered(source):
    with contextlib.suppress(Unreadable):
        assert audit(read_pasted(source), Kind.FIRST).remarks


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "source"),
    [
        ("html", HTML),
        ("message", EML),
        ("of another program", "Dear *|FNAME|*, {% if x %}hello{% endif %} {{ a.b }} }} %} [x](y)\n\nGoodbye {{"),
        ("its marks alone", "{{ a }}"),
    ],
)
def test_a_template_is_made_of_its_words(shop, told, source):
    template = make_template(audit(read_pasted(source, ""), Kind.FIRST).letter, Kind.FIRST)

    (text,) = written_texts(template)
    words = sources_of(text.blocks[0])[0]
    assert list(problems(text)) == []
    assert "alert" not in words
    assert ("{{ customer.first_name }}" in words) is (told == "of another program")
    assert template.purpose == "service"


@pytest.mark.django_db
def test_a_marketer_checks_a_letter_and_takes_its_words(shop, client):
    user = User.objects.create_user("mark", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    asked = {"kind": "first", "subject": "", "letter": HTML.replace("Thank you!", "<b>Hurry</b> <i>&lt;script&gt;</i>")}

    page = client.get(reverse("admin:chains_audit"))
    judged = client.post(reverse("admin:chains_audit"), asked)
    made = client.post(reverse("admin:chains_audit"), asked | {"make": "1"})
    empty = client.post(reverse("admin:chains_audit"), {"kind": "first", "letter": "<p>" * 8_001})

    assert "Check a letter" in page.text
    assert "thanks: " in " ".join(judged.text.split())
    assert "sounds like advertising: “Hurry &lt;script&gt;" in judged.text
    template = MessageTemplate.objects.get(name="Your order")
    assert made.url == reverse("admin:chains_messagetemplate_change", args=[template.pk])
    assert "The letter has more than 8000 tags." in empty.text


@pytest.mark.django_db
def test_managers_check_letters_and_make_no_templates(shop, client):
    user = User.objects.create_user("maria", is_staff=True)
    user.groups.add(Group.objects.get(name="Managers"))
    client.force_login(user)
    before = MessageTemplate.objects.count()

    answer = client.post(reverse("admin:chains_audit"), {"kind": "first", "letter": HTML, "make": "1"})

    assert answer.status_code == 403
    assert MessageTemplate.objects.count() == before
