"""A test of what is written now: to the addresses typed, or to the browser it is asked from."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence
from typing import Any

from anymail.exceptions import AnymailError
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from chains.admin.composer import VIEW, customer_of
from chains.admin.json_views import answers_json, problem
from chains.channels.description import StaffPage
from chains.channels.registry import CHANNELS, senders
from chains.channels.sender import Outcome, Result
from chains.messages.content import ContentError, texts_of
from chains.messages.sandbox import TemplateError
from chains.messages.written import WrittenText
from chains.models import MessageTemplate
from chains.simulate import preview
from chains.simulate.made_up_coupon import coupon_before
from crm.models import Channel

MOST_ADDRESSES = 5
# An address typed, a template, a browser's subscription, or a server on the way is at fault.
AT_FAULT = (TemplateError, ValueError, KeyError, TypeError, OSError, smtplib.SMTPException, AnymailError)


@answers_json(VIEW)
def test_view(request: HttpRequest, data: dict[str, Any], pk: int) -> JsonResponse:
    """By one channel, in one language or in every one."""
    template = get_object_or_404(MessageTemplate, pk=pk)
    channel, language = data.get("channel"), data.get("language") or ""
    try:
        written = [one for one in texts_of(data.get("content")) if one.channel == channel]
    except ContentError as error:
        return problem(could_not(error))
    texts = [one for one in written if language in ("", one.language)]
    if not texts:
        return problem(_("Nothing is written in this language yet."))
    if texts[0].channel not in senders():
        return problem(could_not(page_of(texts[0].channel).set_up))
    try:
        return _sent(texts, request, data, template)
    except AT_FAULT as error:
        return problem(could_not(error))


def _sent(
    texts: Sequence[WrittenText], request: HttpRequest, data: dict[str, Any], template: MessageTemplate
) -> JsonResponse:
    channel = texts[0].channel
    with page_of(channel).test_message.address(data) as typed:
        to = _addresses(channel, str(typed))
        coupon = coupon_before(template, texts)
        outcomes = preview.send(texts, to, customer_of(request, data), timezone.now(), coupon)
    failed = next((one for one in outcomes if one.result is not Result.SENT), None)
    if failed:
        return problem(_words(failed))
    if channel != Channel.EMAIL:
        return JsonResponse({"said": _("The provider took it: look whether it arrives.")})
    where = ", ".join(to)
    if settings.EMAIL_URL:
        return JsonResponse({"said": _("Sent to %(to)s.") % {"to": where}})
    return JsonResponse({"said": _("Put into the outbox for %(to)s: no mail server is set up.") % {"to": where}})


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


def could_not(why: object) -> str:
    return _("It could not be sent: %(why)s") % {"why": why}


def page_of(channel: str) -> StaffPage:
    """Every channel that messages are written for is on the page of channels."""
    page = CHANNELS[channel].staff_page
    if page is None:
        raise ValueError(channel)
    return page
