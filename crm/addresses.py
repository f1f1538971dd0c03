"""Addresses in the one form they are stored and compared in."""

from __future__ import annotations

import phonenumbers
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from crm.models.channel import Channel

LONGEST = 320


def normalise_email(text: str) -> str:
    """Lower-case, internationalised domains in their Unicode form. ValueError says in words what is wrong.

    Mail providers treat the part before the @ without regard to case, whatever the standard allows.
    """
    try:
        # What no address is as long as is not taken apart either.
        checked = validate_email(text.strip()[: LONGEST + 1], check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(_("“%(address)s” is not an email address") % {"address": _short(text)}) from error
    return checked.normalized.lower()


def normalise_phone(text: str, country: str = "") -> str:
    """As +79991234567. `country` (two letters) is where numbers written without a + are from."""
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException as error:
        if not country and error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise ValueError(
                _("“%(phone)s” has no country code: write it with a +, or set the country on the settings page.")
                % {"phone": _short(text)}
            ) from error
        raise ValueError(_("“%(phone)s” is not a phone number.") % {"phone": _short(text)}) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(_("“%(phone)s” is not a phone number.") % {"phone": _short(text)})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise(channel: str, address: str, country: str = "") -> str:
    """The address as the channel stores it."""
    if channel == Channel.EMAIL:
        return normalise_email(address)
    if channel == Channel.SMS:
        return normalise_phone(address, country)
    plain = address.strip()
    if not plain or len(plain) > LONGEST or "\0" in plain:
        raise ValueError(_("“%(address)s” is not an address.") % {"address": _short(address)})
    return plain


def _short(text: str) -> str:
    shown = text.replace("\0", "").strip()
    return shown if len(shown) <= 60 else shown[:57] + "…"


def country_code(text: str) -> str:
    """Two capital letters, or nothing where it is not written so."""
    code = text.strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""
