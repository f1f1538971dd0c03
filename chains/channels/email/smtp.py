"""Django's SMTP backend for letters that are ready for the wire, able to tell at which point a connection broke."""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend
from django.core.mail.message import EmailMessage

from chains.channels.email.smtp_timeouts import ANSWER_SECONDS, SmtpTimeouts, SmtpTookTooLong
from chains.messages.mime import MimeLetter

# Searched for in a third of the time that bytes.replace takes.
_LEADING_PERIOD = re.compile(rb"\n\.")


class BrokeAfterHandover(smtplib.SMTPServerDisconnected):
    """The connection broke after the letter was handed over and before the server said it took it."""


def _send_data(connection: _SMTP | _SMTPS, content: bytes) -> tuple[int, bytes]:
    """SMTP's DATA. A letter whose last line was not sent is known not to have been delivered."""
    code, reply = connection.docmd("data")
    if code != 354:
        raise smtplib.SMTPDataError(code, reply)
    return _send_content(connection, content)


def _send_content(connection: _SMTP | _SMTPS, content: bytes) -> tuple[int, bytes]:
    _write(connection, content, b"")
    return _final_answer(connection)


def _write(connection: _SMTP | _SMTPS, content: bytes, ahead: bytes) -> None:
    """Write the letter and, in the same packet, what is said `ahead` of the next."""
    ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    # RFC 5321, 4.5.2: a line of a single period would end the letter. The first line of a letter is a header.
    letter = _LEADING_PERIOD.sub(rb"\n..", content) + ending
    waiting, written = memoryview(letter + ahead), 0
    if connection.sock is None:
        raise smtplib.SMTPServerDisconnected("The connection is closed.")
    try:
        while written < len(waiting):
            connection.sock.settimeout(connection.seconds_left())
            written += connection.sock.send(waiting[written:])
    except OSError as error:
        connection.close()
        if written >= len(letter):
            raise BrokeAfterHandover(str(error)) from error
        if isinstance(error, TimeoutError | SmtpTookTooLong):
            raise SmtpTookTooLong from error
        raise smtplib.SMTPServerDisconnected(str(error)) from error


def _final_answer(connection: _SMTP | _SMTPS) -> tuple[int, bytes]:
    try:
        return connection.getreply()
    except smtplib.SMTPServerDisconnected as error:
        raise BrokeAfterHandover(str(error)) from error


def _envelope(letter: MimeLetter) -> bytes:
    return f"MAIL FROM:<{letter.envelope_from}>\r\nRCPT TO:<{letter.envelope_to}>\r\nDATA\r\n".encode("ascii")


class _TimedConnection(SmtpTimeouts):
    """What a connection of either kind adds. `announced`: the letter whose envelope the server has already."""

    announced: MimeLetter | None = None

    def data(self, msg: Any) -> tuple[int, bytes]:
        return _send_data(self, msg)  # type: ignore[arg-type]  # one of the two below


class _SMTP(_TimedConnection, smtplib.SMTP):
    pass


class _SMTPS(_TimedConnection, smtplib.SMTP_SSL):
    pass


def _pipelined(connection: _SMTP | _SMTPS, letter: MimeLetter) -> None:
    """Like `sendmail`, in one round trip a letter instead of four.

    RFC 2920, 3.1: the envelope goes in one group of commands, and a letter's content may be the first in the group of
    the next letter's envelope. The next letter itself waits until the server has asked for it.
    """
    if connection.announced is None:
        connection.send(_envelope(letter))
    connection.announced = None
    mail, rcpt = connection.getreply(), connection.getreply()
    is_accepted = mail[0] == 250 and rcpt[0] in (250, 251)
    try:
        data = connection.getreply()
    except smtplib.SMTPServerDisconnected:
        if is_accepted:
            raise
        # It hung up on a refusal, which still stands.
        data = (421, b"")
    if data[0] == 354:
        # A server that lets an envelope it refused go on waits for content; it gets none.
        data = _send_content_and_next(connection, letter) if is_accepted else _send_content(connection, b"")
    if is_accepted and data[0] == 250:
        return
    if 421 in (mail[0], rcpt[0], data[0]):
        connection.close()
    elif connection.announced is None:
        # Some servers hang up on whom they have refused.
        with suppress(smtplib.SMTPServerDisconnected):
            connection.rset()
    if mail[0] != 250:
        raise smtplib.SMTPSenderRefused(*mail, letter.envelope_from)
    if not is_accepted:
        raise smtplib.SMTPRecipientsRefused({letter.envelope_to: rcpt})
    raise smtplib.SMTPDataError(*data)


def _send_content_and_next(connection: _SMTP | _SMTPS, letter: MimeLetter) -> tuple[int, bytes]:
    """Hand over the content and announce the letter that follows, which is made up while the server is at work."""
    following = letter.following
    _write(connection, letter.wire, _envelope(following) if following else b"")
    connection.announced = following
    if following:
        following.wire  # noqa: B018
    return _final_answer(connection)


class EmailBackend(DjangoEmailBackend):
    connection: _SMTP | _SMTPS | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeout = self.timeout or ANSWER_SECONDS

    @property
    def connection_class(self) -> type[_SMTP | _SMTPS]:
        return _SMTPS if self.use_ssl else _SMTP

    def close(self) -> None:
        if self.connection is not None and self.connection.announced is not None:
            # The server waits for a letter: whatever it was told now, a farewell too, would be that letter.
            self.connection.close()
        super().close()

    def _send(self, email_message: EmailMessage) -> bool:
        if self.connection is not None:
            self.connection.begin_letter()
        if self.connection is not None and self.connection.announced not in (None, email_message):
            self.connection.close()
            raise smtplib.SMTPServerDisconnected("Another letter was announced.")
        if not isinstance(email_message, MimeLetter) or self.connection is None:
            return bool(super()._send(email_message))  # type: ignore[misc]  # the stubs leave it out
        # Its addresses were checked when it was made; Django would parse them again for a tenth of a millisecond.
        self.connection.ehlo_or_helo_if_needed()
        if self.connection.has_extn("pipelining"):
            _pipelined(self.connection, email_message)
        else:
            self.connection.sendmail(email_message.envelope_from, [email_message.envelope_to], email_message.wire)
        return True
