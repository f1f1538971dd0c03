"""Email: one open connection for a batch, one outcome for each letter."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Iterator, Sequence

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import BadHeaderError

from chains.channels.email.refusals import Refusal, refusal
from chains.channels.email.smtp import BrokeAfterHandover
from chains.channels.email.smtp_timeouts import SmtpTookTooLong
from chains.channels.http import never_connected, pause_of
from chains.channels.sender import Outcome, OutgoingMessage, Result
from chains.messages.mime import MimeLetter
from chains.messages.page_urls import unsubscribe_url
from chains.messages.shop_letter import shop_letter
from crm.models import Contact, Purpose, Shop


class EmailSender:
    is_idempotent = False

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        """Hand over one by one; letters after the one whose outcome was not taken were not attempted."""
        connection = mail.get_connection()
        letters = _knowing_the_next(_letter_or_refusal(outgoing, shop) for outgoing in batch)
        try:
            for outgoing, letter in zip(batch, letters, strict=True):
                yield _handed_over(outgoing, letter, connection)
        finally:
            _close(connection)


def send_one(letter: MimeLetter) -> Outcome:
    """A letter that no touch stands behind, over a connection of its own."""
    connection = mail.get_connection()
    try:
        return _outcome(letter, 0, connection)
    finally:
        _close(connection)


def _knowing_the_next(letters: Iterable[MimeLetter | Outcome]) -> Iterator[MimeLetter | Outcome]:
    """The letters in order, each knowing which one follows it; so one is made ahead of what was asked for."""
    before = None
    for letter in letters:
        if before is not None:
            if isinstance(before, MimeLetter) and isinstance(letter, MimeLetter):
                before.following = letter
            yield before
        before = letter
    if before is not None:
        yield before


def _letter_or_refusal(outgoing: OutgoingMessage, shop: Shop) -> MimeLetter | Outcome:
    """The letter, or why there can be none."""
    try:
        return letter_for(outgoing, shop)
    except ValueError as error:
        state = "" if isinstance(error, BadHeaderError) else Contact.State.INVALID
        return Outcome(outgoing.touch_id, Result.PERMANENT, str(error), state)


def _handed_over(outgoing: OutgoingMessage, letter: MimeLetter | Outcome, connection: BaseEmailBackend) -> Outcome:
    return letter if isinstance(letter, Outcome) else _outcome(letter, outgoing.touch_id, connection)


def _outcome(letter: MimeLetter, touch_id: int, connection: BaseEmailBackend) -> Outcome:
    try:
        _send(letter, connection)
    except (OSError, smtplib.SMTPException, AnymailError) as error:
        if _is_broken(error):
            _close(connection)
        return outcome_of(error, touch_id)
    return Outcome(touch_id, Result.SENT)


def _send(letter: MimeLetter, connection: BaseEmailBackend) -> None:
    """Send over the open connection; one that the server let go of meanwhile is opened again."""
    is_fresh = connection.open()
    try:
        connection.send_messages([letter])
    except (OSError, smtplib.SMTPException) as error:
        if is_fresh or isinstance(error, (BrokeAfterHandover, SmtpTookTooLong)) or not _is_broken(error):
            raise
        _close(connection)
        connection.open()
        connection.send_messages([letter])


def _is_broken(error: Exception) -> bool:
    """Whether nothing more can be sent over the connection. 421: the server says so before it hangs up."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return any(code == 421 for code, _reply in error.recipients.values())
        case smtplib.SMTPResponseException():
            return error.smtp_code == 421
    return not isinstance(error, AnymailError)


def letter_for(outgoing: OutgoingMessage, shop: Shop) -> MimeLetter:
    """The letter with the headers that every letter of Encore carries; ValueError for an address no server takes."""
    headers = {
        # RFC 8058: one address that unsubscribes by POST alone, without cookies.
        "List-Unsubscribe": f"<{unsubscribe_url(outgoing.token)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if outgoing.purpose == Purpose.MARKETING:
        headers["List-Id"] = f"<marketing.{shop.sender_address.rpartition('@')[2]}>"
    return shop_letter(
        shop,
        to=outgoing.address,
        subject=outgoing.content.subject,
        text=outgoing.content.text,
        html=outgoing.content.html,
        message_id=outgoing.message_id,
        token=outgoing.token,
        headers=headers,
    )


def outcome_of(error: Exception, touch_id: int) -> Outcome:
    """What an error while sending says about this one letter."""
    words = _server_words(error)
    match error:
        case BrokeAfterHandover():
            return Outcome(touch_id, Result.UNKNOWN, words, is_providers_fault=True)
        case smtplib.SMTPRecipientsRefused():
            code, reply = next(iter(error.recipients.values()))
            return _refusal(touch_id, code, reply, words)
        case smtplib.SMTPSenderRefused():
            # The sender's address or the account is at fault, not this customer: it may be put right.
            return Outcome(touch_id, Result.TEMPORARY, words, is_providers_fault=True)
        case smtplib.SMTPDataError():
            return _refusal(touch_id, error.smtp_code, error.smtp_error, words)
        case AnymailRecipientsRefused():
            return Outcome(touch_id, Result.PERMANENT, words, Contact.State.INVALID)
        case AnymailAPIError():
            return _provider_outcome(touch_id, error, words)
        case smtplib.SMTPException() | OSError():
            # Broken off before the letter itself was handed over.
            return Outcome(touch_id, Result.TEMPORARY, words, is_providers_fault=True)
    return Outcome(touch_id, Result.PERMANENT, words)


def _refusal(touch_id: int, code: int, reply: bytes | str, words: str) -> Outcome:
    """Only what is said of the mailbox gives the address up."""
    if code < 500:
        return Outcome(touch_id, Result.TEMPORARY, words, is_providers_fault=code == 421)
    is_gone = refusal(_in_words(reply), code=code) is Refusal.MAILBOX_GONE
    return Outcome(touch_id, Result.PERMANENT, words, Contact.State.BOUNCED if is_gone else "")


def _provider_outcome(touch_id: int, error: AnymailAPIError, words: str) -> Outcome:
    """A provider's answer over HTTP, or none: then the letter may be under way."""
    status = error.status_code
    if status is None:
        result = Result.TEMPORARY if never_connected(error.__cause__) else Result.UNKNOWN
        return Outcome(touch_id, result, words, is_providers_fault=True)
    if status == 429 or status >= 500 or status in {401, 403}:
        return Outcome(
            touch_id, Result.TEMPORARY, words, is_providers_fault=status != 429, pause=pause_of(error.response)
        )
    return Outcome(touch_id, Result.PERMANENT, words)


def _server_words(error: Exception) -> str:
    """The server's own words, for the one who looks into it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, reply = next(iter(error.recipients.values()))
            return _quoted(code, reply)
        case smtplib.SMTPResponseException():
            return _quoted(error.smtp_code, error.smtp_error)
    return (str(error) or type(error).__name__)[:300]


def _quoted(code: int, reply: bytes | str) -> str:
    return f"{code} {_in_words(reply)}"[:300]


def _in_words(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply


def _close(connection: BaseEmailBackend) -> None:
    """Let go of the connection; after it broke there is nobody to say goodbye to."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        connection.connection = None  # type: ignore[attr-defined]
