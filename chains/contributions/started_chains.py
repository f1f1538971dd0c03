"""Which live chains events of these kinds start; who may enter is decided when they happen."""

from __future__ import annotations

from collections.abc import Iterable

from chains.models import Chain


def names(event_kinds: Iterable[str]) -> list[str]:
    started = Chain.objects.live().filter(trigger=Chain.Trigger.EVENT, trigger_event__in=list(event_kinds))
    return list(started.order_by("name").values_list("name", flat=True))
