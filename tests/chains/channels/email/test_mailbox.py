import datetime as dt
import imaplib
import ssl
import threading
from collections import Counter

import pytest
from django.db import OperationalError, connection, connections

from chains.channels.email import imap as connecting
from chains.channels.email import mailbox
from chains.channels.email.mailbox import poll
from chains.models import IncomingMail, Mailbox
from crm.models import Case, CaseMessage, Event
from tests.chains.channels.email.dovecot import dovecot, is_here
from tests.chains.channels.email.letters import delivery_report, reply, sent_touch, to

pytestmark = [pytest.mark.imap, pytest.mark.django_db, pytest.mark.usefixtures("shop")]

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not is_here():
        pytest.fail("The mailbox tests need dovecot: apt-get install dovecot-imapd.")
    with dovecot(tmp_path_factory.mktemp("imap")) as running:
        yield running


@pytest.fixture
def box(server, request):
    """An empty mailbox for this test alone."""
    server.user = "".join(letter for letter in request.node.name if letter.isalnum())[:60]
    return server


@pytest.fixture
def real_now():
    """The server dates what it takes by its own clock."""
    return dt.datetime.now(dt.UTC)


def read(box, now, url=None):
    return dict(poll(url or box.url, lambda: now))


def letters(count, touch, first=1):
    return [reply(f"Letter {n}", to=to(touch), key=f"<{n}@x>") for n in range(first, first + count)]


def test_takes_every_letter_once_and_marks_it_as_seen(box, real_now):
    touch = sent_touch(real_now)
    box.put(*letters(2, touch), delivery_report(touch))

    assert read(box, real_now) == {"reply": 2, "report": 1}
    assert read(box, real_now + MINUTE) == {}

    assert [letter.text for letter in Case.objects.get().messages.all()] == ["Letter 1", "Letter 2"]
    assert all("\\Seen" in line for line in box.flags())
    box.put(*letters(1, touch, first=3))
    assert read(box, real_now + 2 * MINUTE) == {"reply": 1}
    state = Mailbox.objects.get()
    assert (state.last_uid, state.lease, state.error, state.read_at) == (4, None, "", real_now + 2 * MINUTE)


def test_people_who_read_the_mailbox_too_take_nothing_away(box, real_now):
    touch = sent_touch(real_now)
    box.put(*letters(2, touch))
    with box.connected() as person:
        person.uid("STORE", "1:*", "+FLAGS", r"(\Seen)")

    assert read(box, real_now) == {"reply": 2}


def test_begins_with_the_last_week(box, real_now):
    touch = sent_touch(real_now)
    old, fresh = letters(2, touch)
    box.put(old, date=imaplib.Time2Internaldate(real_now - 30 * DAY))
    assert read(box, real_now) == {}
    box.put(fresh)

    assert read(box, real_now) == {"reply": 1}
    assert CaseMessage.objects.get().text == "Letter 2"


def test_a_mailbox_made_anew_is_read_again_and_nothing_doubles(box, real_now):
    touch = sent_touch(real_now)
    box.put(*letters(2, touch))
    read(box, real_now)
    Mailbox.objects.update(uid_validity=1, last_uid=99)
    box.put(*letters(1, touch, first=3))

    assert read(box, real_now) == {"known": 2, "reply": 1}
    assert CaseMessage.objects.count() == 3


def test_moves_what_was_taken_into_a_folder(box, real_now):
    touch = sent_touch(real_now)
    box.put(*letters(2, touch))

    assert read(box, real_now, f"{box.url}?done=Taken") == {"reply": 2}

    assert box.flags() == []
    assert len(box.flags("Taken")) == 2


def test_a_database_that_goes_away_leaves_the_letter_for_later(box, real_now, monkeypatch):
    touch = sent_touch(real_now)
    box.put(*letters(3, touch))
    take, seen = mailbox.record_mail, []

    def away_at_the_second(mail, now):
        seen.append(mail)
        if len(seen) == 2:
            raise OperationalError("the connection is lost")
        return take(mail, now)

    monkeypatch.setattr(mailbox, "record_mail", away_at_the_second)
    with pytest.raises(OperationalError):
        read(box, real_now)
    assert Mailbox.objects.get().lease is None

    assert read(box, real_now + MINUTE) == {"reply": 2}
    assert [letter.text for letter in CaseMessage.objects.all()] == ["Letter 1", "Letter 2", "Letter 3"]


def test_a_server_that_breaks_off_after_the_commit_doubles_nothing(box, real_now, monkeypatch):
    touch = sent_touch(real_now)
    box.put(*letters(2, touch))

    def broken(server, uid, folder):
        raise imaplib.IMAP4.abort("connection reset")

    with monkeypatch.context() as patched:
        patched.setattr(mailbox, "_mark_read", broken)
        assert read(box, real_now) == {"reply": 1}
    state = Mailbox.objects.get()
    assert (state.error, state.failing_since) == ("connection reset", real_now)

    assert read(box, real_now + MINUTE) == {"reply": 1}
    assert CaseMessage.objects.count() == 2
    assert Event.objects.filter(kind="message.replied").count() == 2
    state.refresh_from_db()
    assert (state.error, state.failing_since) == ("", None)


def test_one_letter_that_cannot_be_taken_keeps_none_back(box, real_now, monkeypatch, caplog):
    touch = sent_touch(real_now)
    box.put(*letters(3, touch))
    take = mailbox.record_mail

    def choke(mail, now):
        if mail.key == "<2@x>":
            raise ZeroDivisionError("a fault of ours")
        return take(mail, now)

    monkeypatch.setattr(mailbox, "record_mail", choke)

    assert read(box, real_now) == {"reply": 2, "unreadable": 1}
    assert "UID 2" in IncomingMail.objects.get(kind="unreadable").detail
    assert "a fault of ours" in caplog.text


def test_of_an_enormous_letter_the_words_are_read(box, real_now, monkeypatch):
    touch = sent_touch(real_now)
    head = reply("The words", to=to(touch)).replace(
        b"Content-Type: text/plain", b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain'
    )
    box.put(head + b"\n--b\nContent-Type: image/png; name=huge.png\n\n" + b"x" * 990 + (b"\n" + b"x" * 990) * 50_000)

    assert read(box, real_now) == {"reply": 1}

    assert CaseMessage.objects.get().text.startswith("The words")


@pytest.mark.parametrize("raw", [b"\r\n", b"From: \xff\r\n\r\n\xff", b"Subject: x\r\n\r\n" + b"<div>" * 1000])
def test_rubbish_in_the_mailbox_is_noted_and_passed(box, real_now, raw):
    touch = sent_touch(real_now)
    box.put(raw, *letters(1, touch))

    assert read(box, real_now)["reply"] == 1
    assert IncomingMail.objects.count() == 2


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("imap://help:wrong@127.0.0.1:{port}/INBOX", "AUTHENTICATIONFAILED"),
        ("imap://help:secret@127.0.0.1:{port}/Nothing", "Mailbox doesn't exist"),
        ("imap://help:secret@127.0.0.1:1/INBOX", "refused"),
        ("imaps://help:secret@127.0.0.1:{tls_port}/INBOX", "CERTIFICATE_VERIFY_FAILED"),
    ],
)
def test_says_why_a_mailbox_cannot_be_read(box, real_now, url, told):
    address = url.format(port=box.port, tls_port=box.tls_port)

    assert read(box, real_now, address) == {}
    assert read(box, real_now + MINUTE, address) == {}

    state = Mailbox.objects.get()
    assert told.lower() in state.error.lower()
    assert (state.failing_since, state.lease) == (real_now, None)
    assert "secret" not in state.name
    assert "secret" not in state.error


def _trusting(box):
    """What a machine does that knows who signed the server's certificate."""
    default = ssl.create_default_context
    return lambda: default(cafile=str(box.base / "cert.pem"))


@pytest.mark.parametrize("scheme", ["imaps", "imap+tls"])
def test_reads_over_an_encrypted_connection(box, real_now, scheme, monkeypatch):
    touch = sent_touch(real_now)
    box.put(*letters(1, touch))
    monkeypatch.setattr(connecting.ssl, "create_default_context", _trusting(box))
    port = box.tls_port if scheme == "imaps" else box.port

    assert read(box, real_now, f"{scheme}://{box.user}:secret@127.0.0.1:{port}/INBOX") == {"reply": 1}


def test_a_mailbox_left_by_a_reader_that_died_is_taken_over(box, real_now):
    touch = sent_touch(real_now)
    box.put(*letters(1, touch))
    read(box, real_now)
    box.put(*letters(1, touch, first=2))
    Mailbox.objects.update(lease="6fd3c5ee-5dd0-4d5c-8f70-6b8d3b1cf4bb", lease_until=real_now + mailbox.LEASE)

    assert read(box, real_now + MINUTE) == {}
    assert read(box, real_now + mailbox.LEASE) == {"reply": 1}


def test_a_reader_overtaken_by_another_stops_and_takes_nothing(box, real_now, monkeypatch):
    touch = sent_touch(real_now)
    box.put(*letters(2, touch))
    fetch = mailbox._fetch

    def slow(server, uid):
        Mailbox.objects.update(lease="6fd3c5ee-5dd0-4d5c-8f70-6b8d3b1cf4bb")
        return fetch(server, uid)

    monkeypatch.setattr(mailbox, "_fetch", slow)
    assert read(box, real_now) == {}
    assert not CaseMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_every_letter_once(box, real_now):
    touch = sent_touch(real_now)
    box.put(*letters(15, touch))
    taken = Counter()

    def work():
        for _turn in range(3):
            taken.update(poll(box.url, lambda: dt.datetime.now(dt.UTC), most=5))
        connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    taken.update(poll(box.url, lambda: dt.datetime.now(dt.UTC)))

    assert taken == {"reply": 15}
    assert sorted(letter.text for letter in CaseMessage.objects.all()) == sorted(f"Letter {n}" for n in range(1, 16))
    assert connection.is_usable()
