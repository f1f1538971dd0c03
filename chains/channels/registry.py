"""All channels, a line each: whoever asks which there are, and what they can do, asks here."""

from __future__ import annotations

from functools import cache

from chains.channels.description import ChannelDescription
from chains.channels.email.channel import EMAIL
from chains.channels.push.channel import PUSH
from chains.channels.sender import Sender
from chains.channels.sms.channel import SMS
from chains.channels.staff_task.channel import STAFF_TASK
from chains.channels.telegram.channel import TELEGRAM

CHANNELS: dict[str, ChannelDescription] = {
    description.value: description
    for description in (
        EMAIL,
        SMS,
        TELEGRAM,
        PUSH,
        STAFF_TASK,
    )
}


@cache
def senders() -> dict[str, Sender]:
    """Of the channels that messages can leave by, as this process was started."""
    return {
        value: channel.sender()
        for value, channel in CHANNELS.items()
        if channel.is_set_up() or channel.without_provider
    }
