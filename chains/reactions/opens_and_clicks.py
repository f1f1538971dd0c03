from __future__ import annotations

import datetime as dt

from django.db.models.functions import Coalesce

from chains.models import Touch
from chains.reactions.touch_events import record_touch_event
from crm.models import EventKind


def record_open(touch: Touch, *, at: dt.datetime, by_machine: bool) -> None:
    """One event for people and one for machines, however often the pixel is fetched."""
    key = f"open:{touch.pk}:{_reader(by_machine)}"
    record_touch_event(touch, EventKind.MESSAGE_OPENED, at, key, is_machine=by_machine)
    if not by_machine:
        Touch.objects.filter(pk=touch.pk, opened_at=None).update(opened_at=at)


def record_click(touch: Touch, index: int, *, at: dt.datetime, by_machine: bool) -> None:
    """One event for each link, for people and for machines."""
    key = f"click:{touch.pk}:{index}:{_reader(by_machine)}"
    link = {"link": index, "address": touch.links[index]}
    record_touch_event(touch, EventKind.MESSAGE_CLICKED, at, key, is_machine=by_machine, **link)
    if not by_machine:
        Touch.objects.filter(pk=touch.pk).update(clicked_at=Coalesce("clicked_at", at), last_clicked_at=at)


def _reader(by_machine: bool) -> str:
    return "machine" if by_machine else "person"
