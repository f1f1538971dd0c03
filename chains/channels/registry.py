"""Which channels are set up."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from chains.channels import Channel
from chains.channels.email.sender import EmailChannel
from chains.channels.push.sender import PushChannel
from chains.channels.sms.gateway import GatewayChannel
from chains.channels.sms.twilio import TwilioChannel
from chains.channels.staff_task.sender import StaffTaskChannel
from chains.channels.telegram.sender import TelegramChannel
from chains.models import Touch


@cache
def channels() -> dict[str, Channel]:
    """Letters and tasks always have somewhere to go; the others once settings name their provider."""
    found: dict[str, Channel] = {
        Touch.Channel.EMAIL: EmailChannel(),
        Touch.Channel.STAFF_TASK: StaffTaskChannel(),
    }
    if settings.SMS:
        found[Touch.Channel.SMS] = TwilioChannel() if settings.SMS["kind"] == "twilio" else GatewayChannel()
    if settings.TELEGRAM_TOKEN:
        found[Touch.Channel.TELEGRAM] = TelegramChannel()
    if settings.PUSH_CONTACT:
        found[Touch.Channel.PUSH] = PushChannel()
    return found
