"""Staff tasks: the message goes to a colleague, who calls, writes a card or brings a gift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chains.channels.sender import Outcome, OutgoingMessage, Result
from crm.models import Shop, StaffTask


@dataclass(frozen=True, slots=True)
class TaskCard:
    """What the colleague is asked to do."""

    kind: str
    title: str
    script: str
    owner_group: int | None
    asked_at: dt.datetime
    due_at: dt.datetime


class StaffTaskSender:
    is_idempotent = True  # a touch has at most one task

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        """Put the whole batch on the list in one statement."""
        StaffTask.objects.bulk_create([_task(outgoing) for outgoing in batch], ignore_conflicts=True)
        for outgoing in batch:
            yield Outcome(outgoing.touch_id, Result.SENT)


def _task(outgoing: OutgoingMessage) -> StaffTask:
    card: TaskCard = outgoing.content
    return StaffTask(
        touch_id=outgoing.touch_id,
        customer_id=outgoing.customer_id,
        order_id=outgoing.order_id,
        kind=card.kind,
        title=card.title[:200],
        script=card.script,
        owner_group_id=card.owner_group,
        due_at=card.due_at,
        created_at=card.asked_at,
    )
