"""Which channels there are."""

from __future__ import annotations

from functools import cache

from chains.channels import Channel
from chains.channels.email import EmailChannel
from chains.channels.staff_task import StaffTaskChannel
from chains.models import Touch


@cache
def channels() -> dict[str, Channel]:
    return {Touch.Channel.EMAIL: EmailChannel(), Touch.Channel.STAFF_TASK: StaffTaskChannel()}
