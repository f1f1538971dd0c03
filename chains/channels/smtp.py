"""Django's SMTP backend for letters that are ready for the wire, able to tell at which point a connection broke."""

from __future__ import annotations

import re
import smtplib
from typing import TYPE_CHECKING, Any

from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend

from chains.letters.letter import Letter

if TYPE_CHECKING:
    from django.core.mail.message import EmailMessage


# RFC 5321, 4.5.2: a line of a single period would end the letter.
_LEADING_PERIOD = re.compile(rb"^\.", re.MULTILINE)


class HandedOver(smtplib.SMTPServerDisconnected):
    """The connection broke after the letter was handed over and before the server said it took it."""


def _hand_over(connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """SMTP's DATA. A letter whose last line was not sent is known not to have been delivered."""
    code, reply = connection.docmd("data")
    if code != 354:
        raise smtplib.SMTPDataError(code, reply)
    ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    connection.send(_LEADING_PERIOD.sub(b"..", content) + ending)
    try:
        return connection.getreply()
    except smtplib.SMTPServerDisconnected as error:
        raise HandedOver(str(error)) from error


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
        self.connection.sendmail(email_message.envelope_from, [email_message.envelope_to], content)
        return True
