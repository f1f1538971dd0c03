"""The sender of a rehearsal: it sends no message and keeps a few as samples."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from chains.channels.sender import Outcome, OutgoingMessage, Result
from chains.messages.page_urls import PREVIEW
from chains.messages.samples import SAMPLE_CODE
from chains.models import Touch
from crm.models import Shop

SAMPLES_LIMIT = 10


class RecordingSender:
    """Of every step the messages with the lowest hash are kept, so the same are shown every time."""

    is_idempotent = True

    def __init__(self, steps: int) -> None:
        self._samples_per_step = max(SAMPLES_LIMIT // max(steps, 1), 1)
        self._kept: defaultdict[str, list[tuple[str, OutgoingMessage]]] = defaultdict(list)

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        touches = Touch.objects.filter(pk__in=[outgoing.touch_id for outgoing in batch])
        steps = dict(touches.values_list("pk", "step_key"))
        for outgoing in batch:
            self._keep(steps[outgoing.touch_id], outgoing)
            yield Outcome(outgoing.touch_id, Result.SENT)

    def _keep(self, step: str, outgoing: OutgoingMessage) -> None:
        kept = self._kept[step]
        kept.append((_rank(step, outgoing), outgoing))
        kept.sort(key=lambda pair: pair[0])
        del kept[self._samples_per_step :]

    def samples(self) -> list[dict[str, Any]]:
        """The messages kept, as their customers would have got them, in the order of sending."""
        kept = {outgoing.touch_id: outgoing for pairs in self._kept.values() for _rank, outgoing in pairs}
        touches = Touch.objects.filter(pk__in=kept).select_related("customer", "coupon").order_by("sent_at", "pk")
        return [_sample(touch, kept[touch.pk]) for touch in touches[:SAMPLES_LIMIT]]


def _rank(step: str, outgoing: OutgoingMessage) -> str:
    identity = f"{step}:{outgoing.customer_id}:{outgoing.order_id}"
    return hashlib.blake2s(identity.encode(), digest_size=8).hexdigest()


def _sample(touch: Touch, outgoing: OutgoingMessage) -> dict[str, Any]:
    content = outgoing.content
    return {
        "step": touch.step_name,
        "channel": touch.channel,
        "customer": touch.customer_id,
        "name": str(touch.customer),
        "address": outgoing.address,
        "sent_at": touch.sent_at.isoformat() if touch.sent_at else "",
        "subject": _as_preview(getattr(content, "subject", "") or touch.subject, touch),
        "html": _as_preview(getattr(content, "html", ""), touch),
        "text": _as_preview(getattr(content, "text", "") or getattr(content, "script", ""), touch),
    }


def _as_preview(words: str, touch: Touch) -> str:
    """A token and a coupon code that exist only in the rehearsal give way to those of previews."""
    words = words.replace(touch.token, PREVIEW)
    return words.replace(touch.coupon.code, SAMPLE_CODE) if touch.coupon else words
