"""What every letter of the shop begins with: those of chains and of forms, and the answers of colleagues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.mail.message import BadHeaderError
from django.utils.translation import gettext as _

from chains.messages.mime import MimeLetter, wire_address
from chains.messages.mime_files import LetterFile
from crm.models import Shop


def shop_letter(
    shop: Shop,
    *,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    message_id: str,
    token: str = "",
    headers: Mapping[str, str] | None = None,
    files: Sequence[LetterFile] = (),
) -> MimeLetter:
    """Ready for the wire. `token` is what answers to the letter, and reports of it, will name.

    ValueError for an address no server takes; BadHeaderError where the shop's own words or addresses are at fault.
    """
    letter = MimeLetter(
        sender=(shop.name, _own(shop.sender_address)),
        to=to,
        subject=subject,
        text=text,
        html=html,
        reply_to=reply_address(shop, token),
        headers={"Message-ID": message_id, **(headers or {})},
        files=files,
    )
    if token:
        _mark(letter, token)
    return letter


def reply_address(shop: Shop, token: str) -> str:
    """`help+TOKEN@shop`: whatever address a customer answers from, the answer finds its way back to them."""
    if not shop.reply_address:
        return ""
    return _with_token(_own(shop.reply_address), token)


def reply_url(shop: Shop, token: str) -> str:
    """The same for a button that opens an answer; empty where answers go nowhere."""
    try:
        address = reply_address(shop, token)
    except BadHeaderError:
        return ""
    return f"mailto:{address}" if address else ""


def _with_token(address: str, token: str) -> str:
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}+{token}@{domain}" if token else address


def _own(address: str) -> str:
    try:
        return wire_address(address)
    except ValueError as error:
        words = _("The shop's own address “%(address)s” is none that mail servers take.") % {"address": address}
        raise BadHeaderError(words) from error


def _mark(letter: MimeLetter, token: str) -> None:
    """Let what a server or a provider reports of the letter name it."""
    if settings.BOUNCE_ADDRESS:
        letter.envelope_from = _with_token(settings.BOUNCE_ADDRESS, token)
    # For providers that Anymail speaks to; MailerSend knows tags only.
    if "mailersend" in settings.EMAIL_BACKEND:
        letter.tags = [f"touch:{token}"]
    else:
        letter.metadata = {"touch": token}
