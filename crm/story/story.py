"""The whole story of one customer on one page. Other apps add their own entries with `register` in `ready`."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models import Customer


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


def register(source: Source) -> Source:
    """Add a source: given a customer and a limit, its newest entries; it may return more than the limit."""
    if source not in _sources:
        _sources.append(source)
    return source


def story(customer: Customer, limit: int = 50) -> list[StoryEntry]:
    """The newest entries of all sources together, newest first."""
    entries = (entry for source in _sources for entry in source(customer, limit))
    return heapq.nlargest(limit, entries, key=lambda entry: entry.at)
