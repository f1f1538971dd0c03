"""Who may enter, and what the shop has to say of itself."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from chains.models import Chain
from crm.models import Shop


def shop_problems(shop: Shop) -> Iterator[str]:
    if not shop.support_contact:
        yield _("The shop settings have no support contact: people must know whom to ask.")
    if not shop.reply_address:
        yield _("The shop settings have no reply address: answers to letters would be lost.")


def entry_problems(chain: Chain) -> Iterator[str]:
    if chain.trigger == Chain.Trigger.EVENT and not chain.event_kind:
        yield _("Choose the event that starts the chain.")
    if chain.trigger == Chain.Trigger.LAST_ORDER and chain.trigger_days < 1:
        yield _("Say how many days after the last order the chain starts.")
    if chain.goal == Chain.Goal.SEGMENT and chain.goal_segment is None:
        yield _("Choose the segment that is the goal.")
    for segment in (chain.audience, chain.goal_segment, chain.exit_segment):
        if segment and segment.broken_reason:
            yield _("The segment “%(segment)s” does not work: %(why)s") % {
                "segment": segment,
                "why": segment.broken_reason,
            }
