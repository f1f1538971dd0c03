import email
import email.policy
import smtplib
import socket

import pytest
import requests
from aiosmtpd.controller import Controller
from anymail.exceptions import AnymailRequestsAPIError
from django.core import mail

from chains.channels.email.sender import EmailSender, letter_for, outcome_of
from chains.channels.sender import OutgoingMessage, Result
from chains.messages.rendering import Rendered
from crm.models import Shop


class Sink:
    """A mail server that answers as a test asks, and keeps what it took."""

    def __init__(self, pipelines):
        self.pipelines = pipelines
        self.taken = []
        self.senders = []
        self.sessions = set()
        self.answers = {}
        self.letters_a_connection = None
        self.farewell = ""

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelines else responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.letters_a_connection and session.peer in self.sessions:
            if not self.farewell:
                server.transport.abort()
            return self.farewell or "250 OK"
        envelope.mail_from = address
        self.senders.append(address)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.sessions.add(session.peer)
        answer = self.answers.get("data", "250 OK")
        if callable(answer):
            answer = answer(server)
        if answer.startswith("250"):
            self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return answer


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
def sink(settings, request):
    handler = Sink(request.param)
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port())
    controller.start()
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.EMAIL_TIMEOUT = 5
    yield handler
    controller.stop()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def outgoing(number=1, address=None, purpose="marketing"):
    return OutgoingMessage(
        touch_id=number,
        customer_id=number,
        order_id=None,
        address=address or f"customer{number}@example.com",
        name="Ann",
        purpose=purpose,
        language="en",
        token=f"token{number}",
        message_id=f"<token{number}@crm.example.com>",
        content=Rendered("Уход за чайником", "<p>Привет</p>", "Привет\n", []),
    )


def a_shop(**fields):
    return Shop(
        **{"name": "Дом и очаг", "sender_address": "shop@example.com", "reply_address": "help@example.com"} | fields
    )


def deliver(*letters, shop=None):
    return list(EmailSender().deliver(letters, shop or a_shop()))


def test_sends_a_batch_over_one_connection(sink):
    outcomes = deliver(*(outgoing(number) for number in range(1, 6)))

    assert [outcome.result for outcome in outcomes] == [Result.SENT] * 5
    assert [str(letter["to"]) for letter in sink.taken] == [f"customer{number}@example.com" for number in range(1, 6)]
    assert len(sink.sessions) == 1


@pytest.mark.parametrize("purpose", ["service", "marketing"])
def test_every_letter_can_be_unsubscribed_from_with_one_click_and_answered(sink, purpose):
    deliver(outgoing(7, purpose=purpose))

    letter = sink.taken[0]
    assert letter["list-unsubscribe"] == "<http://127.0.0.1:8000/m/u/token7/>"
    assert letter["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert letter["message-id"] == "<token7@crm.example.com>"
    assert letter["reply-to"] == "help+token7@example.com"
    assert letter["subject"] == "Уход за чайником"
    assert letter["from"].addresses[0].display_name == "Дом и очаг"
    assert (letter["list-id"] == "<marketing.example.com>") == (purpose == "marketing")


def test_attempts_nothing_that_was_not_asked_for(sink):
    outcomes = EmailSender().deliver([outgoing(1), outgoing(2)], a_shop())
    next(outcomes)
    outcomes.close()

    assert len(sink.taken) == 1


@pytest.mark.parametrize(
    ("answer", "result", "contact_state"),
    [
        ("550 5.1.1 No such user", Result.PERMANENT, "bounced"),
        ("550 No such user", Result.PERMANENT, "bounced"),
        ("550 5.7.1 Blocked for spam", Result.PERMANENT, ""),
        ("552 5.2.2 Mailbox full", Result.PERMANENT, ""),
        ("450 4.2.1 Try again later", Result.TEMPORARY, ""),
        ("421 4.7.0 Too many", Result.TEMPORARY, ""),
    ],
)
def test_reads_the_servers_answer_about_one_address(sink, answer, result, contact_state):
    sink.answers["customer1@example.com"] = answer

    outcomes = deliver(outgoing(1), outgoing(2))

    assert [(outcome.result, outcome.contact_state) for outcome in outcomes] == [
        (result, contact_state),
        (Result.SENT, ""),
    ]
    assert answer.split(" ", 1)[1].split(" ")[-1] in outcomes[0].detail
    assert len(sink.taken) == 1


@pytest.mark.parametrize(
    ("answer", "result"), [("451 4.3.0 Later", Result.TEMPORARY), ("554 5.6.0 Refused", Result.PERMANENT)]
)
def test_reads_the_servers_answer_about_the_letter(sink, answer, result):
    sink.answers["data"] = answer

    outcome = deliver(outgoing(1))[0]

    assert (outcome.result, outcome.contact_state) == (result, "")


def test_a_connection_cut_after_the_letter_was_handed_over_is_uncertain(sink):
    def hang_up(server):
        server.transport.abort()
        return "250 OK"

    sink.answers["data"] = hang_up
    outcome = deliver(outgoing(1))[0]

    assert outcome.result == Result.UNKNOWN


def test_a_letter_cut_off_does_not_take_the_next_along(sink):
    def hang_up(server):
        sink.answers.clear()
        server.transport.abort()
        return "250 OK"

    sink.answers["data"] = hang_up
    outcomes = deliver(outgoing(1), outgoing(2), outgoing(3))

    assert [outcome.result for outcome in outcomes] == [Result.UNKNOWN, Result.SENT, Result.SENT]
    assert [str(letter["to"]) for letter in sink.taken] == [f"customer{number}@example.com" for number in (1, 2, 3)]


def test_each_letter_gets_its_own_answer(sink):
    sink.answers |= {"customer2@example.com": "550 5.1.1 No such user", "customer4@example.com": "450 4.2.1 Later"}
    answers = iter(["250 OK", "554 5.6.0 Refused", "250 OK"])
    sink.answers["data"] = lambda server: next(answers)

    outcomes = deliver(*(outgoing(number) for number in range(1, 6)))

    assert [outcome.result for outcome in outcomes] == [
        Result.SENT,
        Result.PERMANENT,
        Result.PERMANENT,
        Result.TEMPORARY,
        Result.SENT,
    ]
    assert [str(letter["to"]) for letter in sink.taken] == ["customer1@example.com", "customer5@example.com"]


@pytest.mark.parametrize("sink", [True], indirect=True, ids=["pipelining"])
def test_no_other_letter_takes_the_place_of_the_one_announced(sink):
    first, second, third = (letter_for(outgoing(number), a_shop()) for number in (1, 2, 3))
    connection = mail.get_connection()
    connection.open()
    first.following = second
    connection.send_messages([first])

    with pytest.raises(smtplib.SMTPServerDisconnected):
        connection.send_messages([third])
    connection.close()

    assert [str(letter["to"]) for letter in sink.taken] == ["customer1@example.com"]


@pytest.mark.parametrize("farewell", ["421 4.4.2 Idle for too long", ""])
def test_goes_on_over_a_new_connection_when_the_server_lets_go_of_an_old_one(sink, farewell):
    sink.letters_a_connection = 1
    sink.farewell = farewell

    outcomes = deliver(outgoing(1), outgoing(2), outgoing(3))

    assert [outcome.result for outcome in outcomes] == [Result.SENT] * 3
    assert len(sink.taken) == len(sink.sessions) == 3


def test_a_server_that_is_not_there_is_a_temporary_matter(settings):
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _free_port()

    outcomes = deliver(outgoing(1), outgoing(2))

    assert [outcome.result for outcome in outcomes] == [Result.TEMPORARY] * 2


def test_an_address_no_server_would_take_fails_alone_and_is_marked(sink):
    outcomes = deliver(outgoing(1, address="ann@example.com\r\nBcc: all@example.com"), outgoing(2))

    assert [(outcome.result, outcome.contact_state) for outcome in outcomes] == [
        (Result.PERMANENT, "invalid"),
        (Result.SENT, ""),
    ]
    assert len(sink.taken) == 1


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (429, Result.TEMPORARY),
        (503, Result.TEMPORARY),
        (401, Result.TEMPORARY),
        (422, Result.PERMANENT),
    ],
)
def test_reads_a_providers_answer(status, result):
    response = requests.Response()
    response.status_code, response.reason, response.request = (
        status,
        "Reason",
        requests.Request(url="https://p.example"),
    )

    assert outcome_of(AnymailRequestsAPIError("no", response=response), 1).result == result


def test_a_provider_that_never_answers_leaves_it_open():
    assert outcome_of(AnymailRequestsAPIError("timed out"), 1).result == Result.UNKNOWN


def test_without_a_mail_server_letters_land_in_the_outbox_whole(settings, tmp_path):
    settings.EMAIL_BACKEND = "chains.channels.email.outbox.EmailBackend"
    settings.OUTBOX_DIR = tmp_path

    outcomes = deliver(outgoing(1), outgoing(2))

    files = sorted(tmp_path.rglob("*"))
    assert [outcome.result for outcome in outcomes] == [Result.SENT] * 2
    assert [path.suffix for path in files if path.is_file()] == [".eml", ".eml"]
    letter = email.message_from_bytes(files[-1].read_bytes(), policy=email.policy.default)
    assert letter["to"] == "customer2@example.com"
    assert letter.get_body(("plain",)).get_content().strip() == "Привет"


def test_a_provider_gets_the_letter_through_its_interface(settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    mail.outbox = []

    outcomes = deliver(outgoing(1))

    assert [outcome.result for outcome in outcomes] == [Result.SENT]
    sent = mail.outbox[0].anymail_test_params
    assert sent["from"].display_name == "Дом и очаг"
    assert [address.addr_spec for address in sent["to"]] == ["customer1@example.com"]
    assert [address.addr_spec for address in sent["reply_to"]] == ["help+token1@example.com"]
    assert sent["subject"] == "Уход за чайником"
    assert sent["html_body"] == "<p>Привет</p>"
    assert sent["extra_headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_bounces_and_receipts_name_the_touch(sink, settings):
    settings.BOUNCE_ADDRESS = "bounces@example.com"

    deliver(outgoing(7))

    assert sink.senders == ["bounces+token7@example.com"]


def test_every_provider_gets_the_token_in_a_form_it_knows(settings):
    assert letter_for(outgoing(7), a_shop()).metadata == {"touch": "token7"}

    settings.EMAIL_BACKEND = "anymail.backends.mailersend.EmailBackend"

    letter = letter_for(outgoing(7), a_shop())
    assert (letter.metadata, letter.tags) == ({}, ["touch:token7"])
