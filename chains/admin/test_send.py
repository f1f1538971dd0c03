"""A test of what is written, to the addresses that somebody types or to the browser it is asked from."""

from __future__ import annotations

import datetime as dt
import re
import smtplib
from collections.abc import Mapping, Sequence
from typing import Any

from anymail.exceptions import AnymailError
from django.conf import settings
from django.utils.translation import gettext as _

from chains.channels.description import StaffPage
from chains.channels.registry import CHANNELS, senders
from chains.channels.sender import Outcome, Result
from chains.messages.sandbox import TemplateError
from chains.messages.written import WrittenText
from chains.program.step import ProgramChange
from chains.simulate import preview
from crm.models import Channel, Customer

MOST_ADDRESSES = 5
# An address typed, a template, a browser's subscription, or a server on the way is at fault.
AT_FAULT = (TemplateError, ValueError, KeyError, TypeError, OSError, smtplib.SMTPException, AnymailError)


def send_test(
    texts: Sequence[WrittenText],
    given: Mapping[str, Any],
    customer: Customer | None,
    now: dt.datetime,
    coupon: ProgramChange | None,
) -> str:
    """The texts of one channel to what its form of a test message gave; returns in words what came of it.

    Raises ValueError that says why it could not be sent.
    """
    if not texts:
        raise ValueError(_("Nothing is written in this language yet."))
    channel = texts[0].channel
    page = _page_of(channel)
    if channel not in senders():
        raise ValueError(could_not(page.set_up))
    try:
        with page.test_message.address(given) as typed:
            to = _addresses(channel, str(typed))
            outcomes = preview.send(texts, to, customer, now, coupon)
    except AT_FAULT as error:
        raise ValueError(could_not(error)) from error
    failed = next((one for one in outcomes if one.result is not Result.SENT), None)
    if failed:
        raise ValueError(_words(failed))
    return _sent(channel, ", ".join(to))


def could_not(why: object) -> str:
    return _("It could not be sent: %(why)s") % {"why": why}


def _sent(channel: str, where: str) -> str:
    if channel != Channel.EMAIL:
        return _("The provider took it: look whether it arrives.")
    if settings.EMAIL_URL:
        return _("Sent to %(to)s.") % {"to": where}
    return _("Put into the outbox for %(to)s: no mail server is set up.") % {"to": where}


def _addresses(channel: str, typed: str) -> list[str]:
    """Between commas; those of email between spaces too, which telephone numbers have within."""
    parted = re.split(r"[\s,;]" if channel == Channel.EMAIL else r"[,;]", typed)
    found = [one.strip() for one in parted if one.strip()]
    if not found:
        raise ValueError(_("type an address."))
    if len(found) > MOST_ADDRESSES:
        raise ValueError(_("at most %(most)d addresses at once.") % {"most": MOST_ADDRESSES})
    return found


def _words(outcome: Outcome) -> str:
    if outcome.result is Result.UNKNOWN:
        return _("Perhaps sent: %(why)s") % {"why": outcome.detail}
    return could_not(outcome.detail)


def _page_of(channel: str) -> StaffPage:
    """Every channel that messages are written for is on the page of channels."""
    page = CHANNELS[channel].staff_page
    if page is None:
        raise ValueError(channel)
    return page
