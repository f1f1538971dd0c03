"""What customers answer to the questions of a message: kept once for each, and theirs to change for a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from chains.messages.blocks.question import NPS, RATING, REASONS, choices_of
from chains.messages.context import contexts, language_of
from chains.messages.rendering import one_line
from chains.messages.sandbox import fill
from chains.models import Touch
from chains.program import program
from chains.reactions.touch_events import SOURCE
from crm.models import Feedback
from crm.service.feedback import change, leave
from crm.surveys.answering import CHANGEABLE

KINDS: dict[str, Feedback.Kind] = {
    RATING: Feedback.Kind.RATING,
    NPS: Feedback.Kind.NPS,
    REASONS: Feedback.Kind.EXIT,
}


@dataclass(frozen=True)
class Question:
    """As its customer reads it. `key` is that of its block; the rating of letters without blocks has none."""

    key: str
    asks: str
    words: str
    choices: list[tuple[str, str]]
    low_words: str = ""
    high_words: str = ""

    def feedback_key(self, touch: Touch) -> str:
        return f"question:{touch.pk}:{self.key}" if self.key else f"rating:{touch.pk}"


def question_of(touch: Touch, key: str) -> Question | None:
    """None where the message asks no question of its own by this key."""
    found = content_asked(touch, key)
    if found is None or "survey" in found:
        return None
    context = contexts([touch], touch.due_at)[touch.pk]

    def filled(words: str) -> str:
        return one_line(fill(words, context))

    return Question(
        key,
        found["asks"],
        filled(found["words"]),
        [(value, filled(words)) for value, words in choices_of(found)],
        filled(found["low_words"]),
        filled(found["high_words"]),
    )


def plain_rating() -> Question:
    """What the scale in a text of words asks."""
    choices = choices_of({"asks": RATING})
    return Question("", RATING, gettext("How did it go?"), choices, gettext("not good"), gettext("very good"))


def content_asked(touch: Touch, key: str) -> Mapping[str, Any] | None:
    """Of the block with this key: a question of its own, or the survey it asks."""
    version = touch.enrolment.version_id
    step = program.load([version])[version].step(touch.step_key)
    texts = (step.texts.get(touch.channel) or {}) if step else {}
    # The letter may have been written before the customer told another language.
    own = language_of(touch.customer)
    in_order = sorted(texts.values(), key=lambda text: text["language"] != own)
    return next((text["questions"][key] for text in in_order if key in text.get("questions", {})), None)


def answer_of(touch: Touch, question: Question) -> Feedback | None:
    return Feedback.objects.filter(source=SOURCE, key=question.feedback_key(touch)).first()


def is_changeable(given: Feedback, now: dt.datetime) -> bool:
    return now < given.left_at + CHANGEABLE


def answer(touch: Touch, question: Question, value: str, *, at: dt.datetime, **told: Any) -> Feedback:
    """Note the answer, or another one within the week. `told` are words of theirs, and whether these may be shown."""
    chosen: dict[str, Any] = (
        {"score": None, "answer": dict(question.choices)[value]}
        if question.asks == REASONS
        else {"score": int(value), "answer": ""}
    )
    given = answer_of(touch, question)
    if given is not None:
        return change(given, **chosen, **told, at=at) if is_changeable(given, at) else given
    return leave(
        touch.customer,
        kind=KINDS[question.asks],
        at=at,
        source=SOURCE,
        key=question.feedback_key(touch),
        order=touch.order,
        **chosen,
        **told,
    )
