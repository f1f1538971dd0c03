"""The whole story of one customer on one page. Other apps add their own entries with `register` in `ready`."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import Model, TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Event


class StoryKind(TextChoices):
    """What a reader may narrow the story to."""

    ORDER = "order", _("orders")
    TOUCH = "touch", _("touches")
    CASE = "case", _("cases")
    FEEDBACK = "feedback", _("feedback")
    CONSENT = "consent", _("consent")
    LOYALTY = "loyalty", _("points and coupons")
    TASK = "task", _("tasks")
    PROFILE = "profile", _("profile")


KINDS = StoryKind.choices


@dataclass(frozen=True)
class StoryEntry:
    """One thing that happened: `icon` is a Material Symbols name, `tone` one of "", good, warning, bad."""

    at: dt.datetime
    icon: str
    title: str
    detail: str = ""
    url: str = ""
    tone: str = ""
    kind: str = ""


def page_of(subject: Model) -> str:
    return reverse(f"admin:{subject._meta.app_label}_{subject._meta.model_name}_change", args=[subject.pk])


Source = Callable[[Customer, int], Iterable[StoryEntry]]

_sources: list[Source] = []
_told_kinds: list[str] = []
_events: ContextVar[list[Event]] = ContextVar("events_of_the_story")


def register(source: Source, *event_kinds: str) -> Source:
    """Add a source: given a customer and a limit, its newest entries; it may return more than the limit.

    One that tells of events names their kinds and asks `events` for them: all of a story's are read at once.
    """
    if source not in _sources:
        _sources.append(source)
        _told_kinds.extend(event_kinds)
    return source


def story(customer: Customer, limit: int = 50) -> list[StoryEntry]:
    """The newest entries of all sources together, newest first."""
    told = Event.objects.filter(customer=customer, kind__in=_told_kinds).select_related("order")
    token = _events.set(list(told.order_by("-occurred_at", "-pk")[:limit]))
    try:
        entries = (entry for source in _sources for entry in source(customer, limit))
        return heapq.nlargest(limit, entries, key=lambda entry: entry.at)
    finally:
        _events.reset(token)


def events(*kinds: str) -> list[Event]:
    """Of the customer whose story is told, the newest first, with their orders."""
    return [event for event in _events.get() if event.kind in kinds]
