"""Files and long words of a colleague's answer: by mail, in a chat, not by SMS; what is refused stays where it was."""

import io
from email import message_from_bytes
from email.policy import default

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from chains.channels.email import record_mail as taking
from chains.channels.email.received_mail import read
from chains.contributions.answers import letter_of
from chains.incoming import receipts
from chains.incoming.receipts import Receipt
from crm.models import AnswerFile, Case, CaseAttachment, CaseMessage
from crm.service import conversations, sending
from crm.service.answer_files import add_file, files_of, forget_unsent, safe_name
from tests.chains.channels.email.letters import reply, sent_touch, to
from tests.chains.channels.provider import running_provider
from tests.chains.channels.setups import set_up
from tests.chains.channels.telegram.updates import connected, tell, written
from tests.conftest import NOW, make_case, make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

TAKEN = (200, {"ok": True, "result": {"message_id": 7}})


def picture(kind="PNG", size=(4, 4)):
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, kind)
    return data.getvalue()


@pytest.fixture
def agent(client, django_user_model):
    user = django_user_model.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


@pytest.fixture
def provider():
    with running_provider() as found:
        yield found


@pytest.fixture
def telegram(provider, settings, client):
    set_up("telegram", provider.url, settings)
    connected(client)
    tell(client, written(text="Where is my kettle?"))
    return Case.objects.get()


@pytest.fixture
def letter(now):
    taking.record_mail(read(reply("It leaks", to=to(sent_touch(now)))), now)
    return Case.objects.get()


def put(case, by, name="lid.png", content=None):
    return add_file(case, by, name=name, content=picture() if content is None else content, at=NOW)


def answer(case, by, text="Here it is", **how):
    return sending.send_reply(case, text=text, at=NOW, by=by, files=list(files_of(case, by)), **how)


def test_a_letter_carries_its_files_under_their_names(letter, agent, mailoutbox):
    put(letter, agent, "Счёт № 5.pdf", b"%PDF-1.7 invoice")
    put(letter, agent, "lid.png")

    sent = answer(letter, agent)

    mail = mailoutbox[-1]
    parsed = message_from_bytes(mail.message().as_bytes(), policy=default)
    files = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in parsed.iter_attachments()]
    assert files == [
        ("Счёт № 5.pdf", "application/pdf", b"%PDF-1.7 invoice"),
        ("lid.png", "image/png", picture()),
    ]
    assert parsed.get_body(("plain",)).get_content().strip() == "Here it is"
    assert [file.name for file in sent.attachments.order_by("pk")] == ["Счёт № 5.pdf", "lid.png"]
    assert not AnswerFile.objects.exists()


def test_every_line_of_a_letter_with_files_is_short_and_of_ascii(letter, agent, shop):
    put(letter, agent, "😀" * 96 + ".pdf", b"%PDF" + bytes(range(256)) * 40)
    sent = answer(letter, agent, "Слова " * 400)

    wire = letter_of(sent, None, shop).wire

    assert wire.isascii()
    assert max(map(len, wire.split(b"\r\n"))) < 998
    assert b"\n" not in wire.replace(b"\r\n", b"")


def test_a_letter_that_the_server_refuses_leaves_words_and_files(letter, agent, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    put(letter, agent)

    with pytest.raises(ValueError, match="could not be sent by Email"):
        answer(letter, agent)

    assert [file.name for file in files_of(letter, agent)] == ["lid.png"]
    assert not CaseAttachment.objects.exists()
    assert letter.messages.count() == 1


def test_one_picture_goes_into_a_chat_with_its_words_below(telegram, provider, agent):
    provider.says(*TAKEN)
    put(telegram, agent)

    sent = answer(telegram, agent, "The <lid>")

    (request,) = provider.requests
    assert request.path.endswith("/sendPhoto")
    assert b"The &lt;lid&gt;" in request.body
    assert b'filename="lid.png"' in request.body
    assert picture() in request.body
    assert sent.key == "telegram:42:7"


def test_several_files_follow_the_words_and_no_picture_is_a_document(telegram, provider, agent):
    provider.says(*TAKEN)
    put(telegram, agent)
    put(telegram, agent, "manual.pdf", b"%PDF-1.7")

    answer(telegram, agent)

    assert [request.path.rpartition("/")[2] for request in provider.requests] == [
        "sendMessage",
        "sendPhoto",
        "sendDocument",
    ]


def test_a_picture_that_telegram_takes_for_none_goes_as_a_document(telegram, provider, agent):
    provider.script = [(400, {"ok": False, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}), TAKEN]
    put(telegram, agent)

    answer(telegram, agent)

    assert [request.path.rpartition("/")[2] for request in provider.requests] == ["sendPhoto", "sendDocument"]


def test_what_breaks_off_behind_the_words_stands_in_the_case_which_waits_on(telegram, provider, agent):
    provider.script = [TAKEN, (500, b"oops")]
    put(telegram, agent)
    put(telegram, agent, "manual.pdf", b"%PDF-1.7")

    sent = answer(telegram, agent)

    telegram.refresh_from_db()
    assert sent.failure == "Only the beginning of it left: 500 oops"
    assert (sent.key, telegram.unanswered_at) == ("telegram:42:7", NOW)


def test_a_long_answer_is_split_where_one_would_pause(telegram, provider, agent):
    provider.says(*TAKEN)
    words = ("On Friday. " * 300).strip() + "\n\n" + ("Not before. " * 300).strip()

    sent = answer(telegram, agent, words)

    texts = [request.json["text"] for request in provider.requests]
    assert texts == [("On Friday. " * 300).strip(), ("Not before. " * 300).strip()]
    assert (sent.text, telegram.messages.count()) == (words, 2)


def test_a_telegram_that_asks_for_a_moment_gets_it_once(telegram, provider, agent, monkeypatch):
    waits = []
    monkeypatch.setattr("chains.contributions.answers.time.sleep", waits.append)
    provider.script = [(429, {"ok": False, "parameters": {"retry_after": 3}}), TAKEN]

    sent = answer(telegram, agent)

    assert (waits, len(provider.requests), sent.failed_at) == ([3.0], 2, None)


@pytest.mark.parametrize("body", [b"<html>hello</html>", b'"ok"', b"[]", b"", b'{"ok": false}'])
def test_a_200_that_is_none_of_telegrams_is_a_doubt(telegram, provider, agent, body):
    provider.says(200, body, Content_Type="application/json")

    sent = answer(telegram, agent)

    telegram.refresh_from_db()
    assert sent.failure.startswith("It is not known whether it arrived")
    assert telegram.unanswered_at == NOW


@pytest.fixture
def sms(provider, settings):
    set_up("gateway", provider.url, settings)
    provider.says(200, {"id": "m-1"})
    case = make_case(make_customer(phone="+79991234567"), at=NOW)
    question = conversations.CustomerLetter("sms:1", "+79991234567", "When?", "When?", NOW, channel="sms")
    conversations.receive_letter(case.customer, question, case=case)
    return case


def test_sms_says_that_it_carries_no_files_and_what_does(sms, provider, agent):
    put(sms, agent)

    with pytest.raises(ValueError, match=r"No files can be sent by SMS.*another way: Email, customer\d+@example.com"):
        answer(sms, agent)

    assert (provider.requests, files_of(sms, agent).count()) == ([], 1)


def test_a_long_sms_is_split_and_each_piece_has_a_key_of_its_own(sms, provider, agent, settings):
    settings.SMS["body"] = '{"text": "{{ text }}", "key": "{{ key }}"}'

    sent = answer(sms, agent, "It comes on Friday. " * 80)

    told = [request.json for request in provider.requests]
    assert len(told) == 2
    assert [each["key"] for each in told] == [sent.token, f"{sent.token}.1"]
    assert " ".join(each["text"] for each in told) == ("It comes on Friday. " * 80).strip()


def test_what_is_told_of_any_piece_is_told_of_the_answer(sms, agent):
    sent = answer(sms, agent, "It comes on Friday. " * 80)

    assert receipts.record_receipt(Receipt(Receipt.Kind.DELIVERED, sent.token, NOW), NOW)
    assert not receipts.record_receipt(Receipt(Receipt.Kind.DELIVERED, f"{sent.token}.1", NOW), NOW)
    assert receipts.record_receipt(Receipt(Receipt.Kind.SOFT_BOUNCED, f"{sent.token}.1", NOW, "lost"), NOW)

    sent.refresh_from_db()
    assert (sent.delivered_at, sent.failure) == (NOW, "It came back: lost")


def test_a_doubtful_answer_that_arrived_after_all_is_one(telegram, provider, agent):
    provider.mode = "drops"
    sent = answer(telegram, agent)

    receipts.record_receipt(Receipt(Receipt.Kind.DELIVERED, sent.token, NOW), NOW)

    sent.refresh_from_db()
    telegram.refresh_from_db()
    assert (sent.failed_at, sent.delivered_at, telegram.unanswered_at) == (None, NOW, None)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("run.exe", b"MZ", "cannot be sent"),
        ("noname", b"x", "cannot be sent"),
        ("lid.png", b"MZ", "not what its name says"),
        ("lid.jpg", b"<svg/>", "not what its name says"),
        ("bill.pdf", b"MZ", "not what its name says"),
        ("bill.docx", b"MZ", "not what its name says"),
        ("note.txt", b"", "is empty"),
        ("note.txt", b"x" * 5_000_001, "larger than 4.8"),
    ],
)
def test_a_file_that_is_not_taken_says_why(letter, agent, name, content, words):
    with pytest.raises(ValueError, match=words):
        put(letter, agent, name, content)


def test_files_of_one_answer_have_a_limit_together(letter, agent):
    for number in range(2):
        put(letter, agent, f"{number}.txt", b"x" * 5_000_000)

    with pytest.raises(ValueError, match="too much"):
        put(letter, agent, "one-more.txt", b"x")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\docs\\bill.pdf", "bill.pdf"),
        ("bill\u202efdp.pdf", "billfdp.pdf"),
        ('a\r\n"b".txt', "a b .txt"),
        ("", "file"),
        ("x" * 200 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_names_of_files_are_harmless(given, kept):
    assert safe_name(given) == kept


def upload(name="note.txt", content=b"hello"):
    return SimpleUploadedFile(name, content)


def test_the_page_takes_files_with_the_words_and_keeps_them_when_it_refuses(client, agent, telegram, provider):
    write = reverse("admin:crm_case_do", args=[telegram.pk, "write"])
    provider.says(403, {"ok": False, "description": "Forbidden: bot was blocked by the user"})

    page = client.post(write, {"text": "Look", "channel": "telegram", "files": [upload()]}, follow=True)

    assert "could not be sent by Telegram" in page.text
    assert "Look</textarea>" in page.text
    assert "note.txt" in page.text
    again = client.post(write, {"text": "Look", "channel": "email"}, follow=True)
    assert "Sent to ann@example.com." in again.text
    assert [file.name for file in CaseAttachment.objects.all()] == ["note.txt"]


def test_files_come_and_go_before_the_answer_does(client, agent, letter):
    address = reverse("admin:crm_case_answer_files", args=[letter.pk])
    fragment = {"Accept": "text/html-fragment"}

    taken = client.post(address, {"files": [upload(), upload("run.exe")]}, headers=fragment).text

    assert "note.txt" in taken
    assert "“run.exe” cannot be sent" in taken
    (file,) = AnswerFile.objects.all()
    assert "note.txt" not in client.post(address, {"remove": file.pk}, headers=fragment).text
    assert client.post(address, {"files": [upload()]}).status_code == 302
    assert client.get(address).status_code == 405


def test_what_a_colleague_puts_to_their_answer_is_not_anothers(client, agent, letter, admin_user):
    put(letter, admin_user)

    answer(letter, agent)

    assert CaseMessage.objects.sent().get().attachments.count() == 0
    assert AnswerFile.objects.get().author == admin_user


def test_files_that_were_never_sent_are_forgotten(letter, agent, now):
    put(letter, agent)

    assert forget_unsent(now) == 0
    assert forget_unsent(now.replace(day=18)) == 1


def test_the_same_answer_pressed_twice_goes_once(client, agent, letter, mailoutbox):
    write = reverse("admin:crm_case_do", args=[letter.pk, "write"])
    form = {"text": "On Friday", "seen": conversations.seen_of(letter)}
    before = len(mailoutbox)

    for more in ({}, {}, {"anyway": "1"}):
        page = client.post(write, form | more, follow=True)

    assert "Something was written here after you opened this page." in page.text
    assert (len(mailoutbox) - before, letter.messages.count()) == (1, 2)


def test_what_speaks_against_an_answer_is_shown_and_one_press_more_sends_it(client, agent, letter):
    write = reverse("admin:crm_case_do", args=[letter.pk, "write"])

    page = client.post(write, {"text": "TODO see the attached invoice"}, follow=True)

    assert "It says “TODO”, as a draft does." in page.text
    assert "It speaks of a file, and there is none." in page.text
    assert "TODO see the attached invoice</textarea>" in page.text
    assert letter.messages.count() == 1
    client.post(write, {"text": "TODO see the attached invoice", "anyway": "1"})
    assert letter.messages.count() == 2
