"""Which channels are set up."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from chains.channels.email.sender import EmailSender
from chains.channels.push.sender import PushSender
from chains.channels.sender import Sender
from chains.channels.sms.gateway import GatewaySender
from chains.channels.sms.twilio import TwilioSender
from chains.channels.staff_task.sender import StaffTaskSender
from chains.channels.telegram.sender import TelegramSender
from chains.models import Touch


@cache
def senders() -> dict[str, Sender]:
    """Letters and tasks always have somewhere to go; the others once settings name their provider."""
    found: dict[str, Sender] = {
        Touch.Channel.EMAIL: EmailSender(),
        Touch.Channel.STAFF_TASK: StaffTaskSender(),
    }
    if settings.SMS:
        found[Touch.Channel.SMS] = TwilioSender() if settings.SMS["kind"] == "twilio" else GatewaySender()
    if settings.TELEGRAM_TOKEN:
        found[Touch.Channel.TELEGRAM] = TelegramSender()
    if settings.PUSH_CONTACT:
        found[Touch.Channel.PUSH] = PushSender()
    return found
