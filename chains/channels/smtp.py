"""Django's SMTP backend for letters that are ready for the wire, able to tell at which point a connection broke."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING, Any

from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend

from chains.letters.letter import Letter

if TYPE_CHECKING:
    from django.core.mail.message import EmailMessage


class HandedOver(smtplib.SMTPServerDisconnected):
    """The connection broke after the letter was handed over and before the server said it took it."""


def _hand_over(connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """SMTP's DATA. A letter whose last line was not sent is known not to have been delivered."""
    code, reply = connection.docmd("data")
    if code != 354:
        raise smtplib.SMTPDataError(code, reply)
    return _content(connection, content)


def _content(connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    # RFC 5321, 4.5.2: a line of a single period would end the letter. The first line of a letter is a header.
    connection.send(content.replace(b"\n.", b"\n..") + ending)
    try:
        return connection.getreply()
    except smtplib.SMTPServerDisconnected as error:
        raise HandedOver(str(error)) from error


def _pipelined(connection: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
    """Like `sendmail`, with the envelope in one write: one round trip instead of three (RFC 2920)."""
    size = f" SIZE={len(content)}" if connection.has_extn("size") else ""
    connection.send(f"MAIL FROM:<{sender}>{size}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii"))
    mail, rcpt, data = (connection.getreply() for _command in range(3))
    is_accepted = mail[0] == 250 and rcpt[0] in (250, 251)
    if data[0] == 354:
        # A server that lets an envelope it refused go on waits for content; it gets none.
        data = _content(connection, content if is_accepted else b"")
    if is_accepted and data[0] == 250:
        return
    if 421 in (mail[0], rcpt[0], data[0]):
        connection.close()
    else:
        connection.rset()
    if mail[0] != 250:
        raise smtplib.SMTPSenderRefused(*mail, sender)
    if not is_accepted:
        raise smtplib.SMTPRecipientsRefused({recipient: rcpt})
    raise smtplib.SMTPDataError(*data)


class _SMTP(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
        return _hand_over(self, msg)


class _SMTPS(smtplib.SMTP_SSL):
    def data(self, msg: Any) -> tuple[int, bytes]:
        return _hand_over(self, msg)


class EmailBackend(DjangoEmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPS if self.use_ssl else _SMTP

    def _send(self, email_message: EmailMessage) -> bool:
        if not isinstance(email_message, Letter) or self.connection is None:
            return bool(super()._send(email_message))  # type: ignore[misc]  # the stubs leave it out
        # Its addresses were checked when it was made; Django would parse them again for a tenth of a millisecond.
        content = email_message.message().as_bytes(linesep="\r\n")
        sender, recipient = email_message.envelope_from, email_message.envelope_to
        self.connection.ehlo_or_helo_if_needed()
        if self.connection.has_extn("pipelining"):
            _pipelined(self.connection, sender, recipient, content)
        else:
            self.connection.sendmail(sender, [recipient], content)
        return True
