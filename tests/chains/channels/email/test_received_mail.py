import time
import tracemalloc

import pytest

from chains.channels.email.received_mail import read
from tests.chains.channels.email.letters import reply


def test_reads_who_wrote_what_in_answer_to_which_letter():
    mail = read(
        reply(
            "It leaks.\n\nOn Tue, 10 Mar 2026 at 12:00, Kettle & Co <shop@kettle.example.com> wrote:\n> Hello",
            to="Help <help+AbCdEfGhIjKlMnOpQrStUv@kettle.example.com>",
            In_Reply_To="<b@x>",
            References="<a@x> <b@x>",
            subject="Re: Ваш чайник",
        )
    )

    assert (mail.key, mail.sender, mail.subject, mail.text) == (
        "<1@example.com>",
        "ann@example.com",
        "Re: Ваш чайник",
        "It leaks.",
    )
    assert mail.recipients == ("help+AbCdEfGhIjKlMnOpQrStUv@kettle.example.com",)
    assert mail.references == ("<b@x>", "<a@x>")
    assert not mail.is_automatic


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Precedence", "bulk"),
        ("Precedence", "auto_reply"),
        ("Precedence", "auto-reply"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "Re: Your kettle"),
        ("Return-Path", "<>"),
        ("List-Id", "<news.example.com>"),
        ("Subject", "Automatic reply: Your kettle"),
        ("Subject", "Автоответ: Ваш чайник"),
        ("From", "MAILER-DAEMON@example.com"),
    ],
)
def test_knows_what_a_program_wrote(header, value):
    raw = reply().replace(b"Subject: Re: Your kettle\n", b"") if header == "Subject" else reply()
    raw = raw.replace(b"From: Ann <ann@example.com>\n", b"") if header == "From" else raw

    assert read(f"{header}: {value}\n".encode() + raw).is_automatic


TO_US = f"help+{'A' * 22}@kettle.example.com"
CARRIED = [
    {"Precedence": "list"},
    {"Precedence": "bulk"},
    {"List-Id": "<help.kettle.example.com>", "List-Unsubscribe": "<mailto:leave@kettle.example.com>"},
    {"Mailing-List": "list help@kettle.example.com; contact owner@kettle.example.com"},
    {"X-Auto-Response-Suppress": "All"},
    {"X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"},
]


@pytest.mark.parametrize("headers", CARRIED)
def test_a_persons_answer_is_one_whoever_carried_it(headers):
    assert not read(reply("The lid broke.", to=TO_US, **headers)).is_automatic
    assert not read(reply("The lid broke.", In_Reply_To=f"<{'A' * 22}@x.example>", **headers)).is_automatic


@pytest.mark.parametrize("headers", CARRIED)
def test_what_is_carried_and_answers_nothing_or_tells_of_an_absence_is_automatic(headers):
    assert read(reply("The lid broke.", **headers)).is_automatic
    assert read(reply("I am currently out of the office.", to=TO_US, **headers)).is_automatic


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your kettle",
        "Out of Office: Re: Your kettle",
        "Re: Out of office",
        "[Auto-Reply] Re: Your kettle",
        "Your kettle (Automatic reply)",
        "AUTO: Ann is out of the office",
        "AW: Abwesenheitsnotiz: Ihr Kessel",
        "Automatische Antwort: Ihr Kessel",
        "Réponse automatique : Votre bouilloire",
        "Absence du bureau",
        "Respuesta automática: Su hervidor",
        "Fuera de la oficina",
        "Risposta automatica: Il bollitore",
        "Fuori sede",
        "Resposta automática: Chaleira",
        "Afwezig",
        "Automatisch antwoord: Uw ketel",
        "Odpowiedź automatyczna: Czajnik",
        "Poza biurem",
        "Otomatik yanıt: Su ısıtıcı",
        "Автоматична відповідь: Чайник",
        "Re: Автоответ: Ваш чайник",
        "Вне офиса",
        "自动回复: 水壶",
    ],
)
def test_knows_an_absence_by_its_subject_in_many_languages(subject):
    assert read(reply("Until Monday.", to=TO_US, subject=subject)).is_automatic


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Your kettle",
        "Automatic kettle broken",
        "Re: Automatic shut-off fails",
        "Out of office hours delivery",
        "Absence of a lid",
        "Vacation and my kettle",
        "Автоматика сломалась",
        "Автоответчик не работает",
        "Urlaubsgeschenk",
        "Assente il coperchio",
    ],
)
def test_people_write_of_absent_and_automatic_things(subject):
    assert not read(reply("It leaks.", to=TO_US, subject=subject)).is_automatic


@pytest.mark.parametrize(
    "text",
    [
        "This is an automatic reply. I am away.",
        "Это автоматический ответ, я в отпуске.",
        "Dies ist eine automatische Antwort.",
    ],
)
def test_believes_a_letter_that_says_it_is_automatic(text):
    assert read(reply(text, to=TO_US)).is_automatic


def test_a_person_who_is_away_is_a_person():
    assert not read(reply("I am out of the office until Friday, please deliver then.", to=TO_US)).is_automatic


def test_who_writes_through_a_list_is_found_behind_its_address():
    group = {"List_Id": "<help.kettle.example.com>", "X_Original_From": "Ann <ann@example.com>"}

    assert read(reply(sender="help@kettle.example.com", **group)).sender == "ann@example.com"
    assert read(reply(sender="else@example.com", **group)).sender == "else@example.com"


def test_people_who_say_that_they_are_no_program_are_believed():
    assert not read(reply(Auto_Submitted="no")).is_automatic


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("windows-1251", "Здравствуйте".encode("cp1251")),
        ("koi8-r", "Здравствуйте".encode("koi8-r")),
        ("us-ascii", "Здравствуйте".encode()),
        ("no-such-charset", "Здравствуйте".encode()),
        ("utf-8", "Здравствуйте".encode()),
        ("iso-2022-jp", "Здравствуйте".encode("iso-2022-jp")),
    ],
)
def test_reads_words_in_whatever_charset(declared, content):
    head = f'From: a@example.com\nMessage-ID: <1@x>\nContent-Type: text/plain; charset="{declared}"\n\n'

    assert read(head.encode() + content).text == "Здравствуйте"


def test_bytes_of_no_charset_are_read_as_far_as_possible():
    assert "\ufffd" in read(b"From: a@x.example\nContent-Type: text/plain; charset=utf-8\n\n\xff\xfe\xfa hello").text


def test_a_header_in_raw_utf_8_and_a_broken_encoded_word_are_read():
    mail = read("From: a@example.com\nSubject: Привет =?utf-8?b?!!!?=\n\nx".encode())

    assert mail.subject.startswith("Привет")


def test_only_html_becomes_text_without_scripts_and_without_the_quote():
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>It&nbsp;leaks</p><script>x()</script>"
        '<div>Help<br>me</div><div class="gmail_quote">On Tue we wrote<blockquote>Hello</blockquote></div></body>'
    )
    raw = f"From: a@example.com\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{html}".encode()

    assert read(raw).text == "It leaks\nHelp\nme"


def test_attachments_are_taken_and_named_safely():
    from email.message import EmailMessage

    letter = EmailMessage()
    letter["From"] = "a@example.com"
    letter.set_content("See the picture")
    letter.add_attachment(b"\x89PNG" * 10, maintype="image", subtype="png", filename="../../фото\n.png")

    mail = read(letter.as_bytes())

    assert mail.text == "See the picture"
    (file,) = mail.attachments
    assert (file.size, file.content_type) == (40, "image/png")
    assert "/" not in file.name
    assert "\n" not in file.name


def test_a_letter_without_an_id_is_known_by_its_bytes():
    raw = b"From: a@example.com\n\nx"

    assert read(raw).key == read(raw).key
    assert read(raw).key != read(raw + b"y").key
    assert read(raw).key.startswith("sha256:")


NESTED = "".join(f'Content-Type: multipart/mixed; boundary="b{depth}"\n\n--b{depth}\n' for depth in range(3000))
MIXED = b'From: a@x.example\nContent-Type: multipart/mixed; boundary="b"\n\n'
HOSTILE = {
    "nothing": b"",
    "only a line break": b"\r\n\r\n",
    "bytes of nothing": bytes(range(256)) * 50,
    "NUL everywhere": b"From: a\0@example.com\nSubject: a\0b\nMessage-ID: <\0@x>\n\n\0hello\0",
    "no end of a part": MIXED + b"--b\nContent-Type: text/plain\n\nhi",
    "parts in parts": b"From: a@example.com\n" + NESTED.encode(),
    "a million parts": MIXED + b"--b\n\n" * 1_000_000,
    "a header of 5 MB": b"From: a@example.com\nReferences: " + b"<a@b> " * 800_000 + b"\n\nhi",
    "100,000 headers": b"From: a@example.com\n" + b"X-Bomb: 1\n" * 100_000 + b"\nhi",
    "comments in comments": b"From: " + b"(" * 20_000 + b"\nTo: " + b"(" * 20_000 + b"\n\nhi",
    "addresses without end": b"From: " + b"a@b.example, " * 200_000 + b"\n\nhi",
    "encoded words without end": b"From: a@x.example\nSubject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nhi",
    "wrong base64": b"From: a@x.example\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!=\xff",
    "wrong charset name": b"From: a@x.example\nContent-Type: text/plain; charset*=\xff''%ff\n\nhi",
    "wrong file name": b"From: a@x.example\nContent-Type: a/b; name*0*=nope''%zz; name*1=\xff\n\nhi",
    "half a surrogate": b"From: a@x.example\nContent-Type: text/plain; charset=utf-16\n\n\x00\xd8a",
    "divs in divs": b"From: a@x.example\nContent-Type: text/html\n\n" + b"<div>" * 90_000,
    "open tags": b"From: a@x.example\nContent-Type: text/html\n\n" + b"<a" * 200_000,
    "lines made for the quote search": b"From: a@x.example\n\n" + (b"on " + b"a" * 190 + b"\n") * 2_000,
    "spaces": b"From: a@x.example\n\n" + b"\n" + b" " * 400_000,
    "a type of nonsense": b"Content-Type: \xff/\xff; ;;=;\nFrom: @\n\nhi",
    "uuencoded rubbish": b"From: a@x.example\nContent-Transfer-Encoding: x-uuencode\n\nbegin 6\n\xff\nend",
}

HEADED = b"From: Ann <a@x.example>\nSubject: Hello\nMessage-ID: <1@x.example>\n"
OVERFULL = {
    "2 million headers": HEADED + b"X-B: 1\n" * 2_000_000 + b"\nhi",
    "25,000 headers": HEADED + b"X-B: 1\n" * 25_000 + b"\nhi",
    "a header of 15 MB": HEADED + b"X-B: " + b"a" * 15_000_000 + b"\n\nhi",
    "a header of 5 million lines": HEADED + b"X-B: a\n" + b" b\n" * 5_000_000 + b"\nhi",
    "a million recipients": HEADED + b"To: " + b"a@b.example,\n " * 1_000_000 + b"\n\nhi",
    "100,000 parts": HEADED + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\n" * 100_000,
    "20 MB of line ends": HEADED + b"\n" * 20_000_000,
    "20 MB of carriage returns": HEADED + b"\n" + b"\r" * 20_000_000,
    "base64 of short lines": HEADED + b"Content-Transfer-Encoding: base64\n\n" + b"Y\n" * 8_000_000,
    "20 MB of no letters": HEADED + b"\n" + (b"\xff" * 76 + b"\n") * 260_000,
    "one line of 20 MB": HEADED + b"\n" + b"a" * 20_000_000,
    "parts in parts with many lines": HEADED + NESTED[:9_000].encode() + b"a\n" * 300_000,
    "a report of 300,000 groups": HEADED
    + b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'
    + b"A: b\n\n" * 150_000,
}


@pytest.mark.parametrize("raw", OVERFULL.values(), ids=OVERFULL)
def test_of_an_overfull_letter_only_the_beginning_is_read(raw):
    tracemalloc.start()
    mail = read(raw)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (mail.is_unreadable, mail.text, mail.attachments) == (True, "", ())
    assert (mail.sender, mail.subject, mail.key) == ("a@x.example", "Hello", "<1@x.example>")
    assert most < 60_000_000


ENDLESS_HEADERS = {
    "parameters": b"Content-Type: text/plain" + b"; a=b" * 300_000 + b"\n\nhi",
    "pieces of a name": b"Content-Type: text/plain" + b"".join(b"; name*%d=b" % n for n in range(90_000)) + b"\n\nhi",
    "many To of many": (b"To: " + b"a@b.example, " * 3_000 + b"\n") * 300 + b"\nhi",
}


@pytest.mark.parametrize("headers", ENDLESS_HEADERS.values(), ids=ENDLESS_HEADERS)
def test_an_endless_header_is_cut_and_the_letter_read(headers):
    mail = read(HEADED + headers)

    assert (mail.sender, mail.is_unreadable) == ("a@x.example", False)
    assert len(mail.recipients) <= 100


def test_a_letter_as_large_as_mail_servers_let_through_is_read_whole():
    picture = (b"YWFh" * 19 + b"\n") * 320_000
    part = b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n"

    mail = read(
        HEADED + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nSee\n--b\n' + part + picture + b"--b--"
    )

    assert (mail.text, [file.size for file in mail.attachments]) == ("See", [57 * 320_000])


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_nothing_a_stranger_sends_breaks_the_reader(raw):
    began = time.monotonic()

    mail = read(raw)

    assert time.monotonic() - began < 10
    words = "".join([mail.key, mail.sender, mail.subject, mail.text, *mail.recipients, *mail.references])
    assert "\0" not in words
    words.encode()
    assert len(mail.key) <= 500
    assert len(mail.subject) <= 500
