import datetime as dt
from pathlib import Path

import pytest

from chains.channels.email.mail_reports import failed_addresses, is_report, receipts
from chains.channels.email.received_mail import read
from chains.incoming.receipts import Receipt
from tests.chains.channels.email.letters import delivery_report
from tests.chains.channels.email.test_received_mail import HOSTILE

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
TOKEN, HOST = "AbCdEfGhIjKlMnOpQrStUv", "127.0.0.1"
DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\n"
# Written for these tests in the forms of many servers, in folders by what follows. TOKEN is that of our letter.
ENDLESS = [
    b"-" * 400_000,
    b"550 5.1.1 " * 50_000,
    b"no\n\n" * 40_000,
    b"<a@b.example>: " * 60_000,
    b"user not " * 60_000,
]
FORMS = Path(__file__).parent / "returned"


def letter(written, **headers):
    head = "".join(f"{name}: {value}\n" for name, value in headers.items())
    return read(f"{head}To: shop@kettle.example.com\n{written}".replace("TOKEN", TOKEN).encode())


def forms(kind):
    return [pytest.param(kind, path.read_text(encoding="utf-8"), id=path.stem) for path in (FORMS / kind).glob("*.eml")]


@pytest.mark.parametrize(("kind", "written"), [*forms("bounced"), *forms("soft_bounced"), *forms("refused")])
def test_a_letter_that_came_back_is_known_in_whatever_form(kind, written):
    mail = letter(written)

    told = receipts(mail, HOST, NOW)

    assert is_report(mail)
    assert [(receipt.kind, receipt.token) for receipt in told] == [(kind, TOKEN)]


@pytest.mark.parametrize("line_end", ["\r", "\r\n"])
@pytest.mark.parametrize(("kind", "written"), [*forms("bounced"), *forms("soft_bounced"), *forms("refused")])
def test_a_letter_that_came_back_is_known_however_its_lines_end(kind, written, line_end):
    mail = read(written.replace("TOKEN", TOKEN).replace("\n", line_end).encode())

    assert [(receipt.kind, receipt.token) for receipt in receipts(mail, HOST, NOW)] == [(kind, TOKEN)]


def test_a_spam_report_without_fields_is_a_complaint():
    mail = letter(
        "From: staff@mail.example\nSubject: complaint about message from 192.0.2.7\n"
        'Content-Type: multipart/mixed; boundary="B"\n\n'
        "--B\nContent-Type: message/rfc822\n\nMessage-ID: <TOKEN@127.0.0.1>\nSubject: Your kettle\n\nHi\n\n--B--\n"
    )

    (receipt,) = receipts(mail, HOST, NOW)

    assert (receipt.kind, receipt.token) == (Receipt.Kind.COMPLAINED, TOKEN)


def test_a_customers_complaint_about_a_message_is_no_spam_report():
    assert not is_report(letter("From: ann@example.com\nSubject: Complaint about message from you\n\nIt leaks."))


@pytest.mark.parametrize(("kind", "written"), forms("delayed"))
def test_a_letter_that_is_still_under_way_has_not_come_back(kind, written):
    mail = letter(written)

    assert is_report(mail)
    assert receipts(mail, HOST, NOW) == []


@pytest.mark.parametrize(("kind", "written"), forms("not_returned"))
def test_people_who_write_of_failed_deliveries_are_no_servers(kind, written):
    assert not is_report(letter(written))


@pytest.mark.parametrize("written", [f"{DAEMON}Subject: Hello\n\nNo words.", f"{DAEMON}\n"])
def test_what_a_server_sends_to_the_return_path_came_back_though_it_says_nothing(written):
    mail = letter(written, To=f"Bounces+{TOKEN}@kettle.example.com")

    (receipt,) = receipts(mail, HOST, NOW, return_path="bounces@kettle.example.com")

    assert (receipt.kind, receipt.token) == (Receipt.Kind.SOFT_BOUNCED, TOKEN)
    assert not is_report(mail)


@pytest.mark.parametrize(
    "written",
    [
        "From: ann@example.com\nSubject: Re: Your kettle\n\nIt leaks.",
        "From: ann@example.com\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Re: Kettle\n\nI answer soon.",
        f"{DAEMON}Subject: Out of office\n\nUntil Monday.",
    ],
)
def test_people_and_their_programs_answer_to_the_return_path_too(written):
    mail = letter(written, To=f"bounces+{TOKEN}@kettle.example.com")

    assert not is_report(mail, "bounces@kettle.example.com")


@pytest.mark.parametrize(
    "written",
    [
        delivery_report(None).decode(),
        f"{DAEMON}X-Failed-Recipients: Ann@example.com\nSubject: x\n\nx",
        f"{DAEMON}Subject: failure notice\n\nHi. This is the qmail-send program.\n\n<ann@example.com>:\nNo.\n",
    ],
)
def test_says_whom_a_letter_did_not_reach(written):
    assert failed_addresses(letter(written)) == ["ann@example.com"]


@pytest.mark.parametrize("raw", [*HOSTILE.values(), *(DAEMON.encode() + b"\n" + body for body in ENDLESS)])
def test_nothing_a_stranger_sends_breaks_the_reader_of_reports(raw):
    mail = read(raw)

    assert receipts(mail, HOST, NOW) == []
    assert failed_addresses(mail) is not None


def test_a_read_receipt_is_a_report_of_nothing():
    mail = letter(
        "From: ann@example.com\nSubject: Read: Your kettle\nIn-Reply-To: <TOKEN@127.0.0.1>\n"
        'Content-Type: multipart/report; boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nYour message was read.\n\n"
        "--B\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n"
        "\n--B--\n"
    )

    assert is_report(mail)
    assert receipts(mail, HOST, NOW) == []
