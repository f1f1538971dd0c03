"""A survey that a message asked."""

from __future__ import annotations

from chains.messages.context import language_of
from chains.models import Touch
from chains.reactions.answering import content_asked
from chains.reactions.touch_events import SOURCE
from crm.models import Survey
from crm.surveys.answering import Asked


def survey_of(touch: Touch, key: str) -> int | None:
    """What its block with this key asks, where that is a survey."""
    found = content_asked(touch, key) or {}
    return found.get("survey")


def asked_by(touch: Touch, survey: int) -> Asked:
    customer = touch.customer
    found = Survey.objects.get(pk=survey)
    return Asked(found, customer, touch.order, SOURCE, key_of(touch.pk), language_of(customer))


def key_of(touch: int | str) -> str:
    """Before the question's own id, in the keys of its answers."""
    return f"survey:{touch}"
