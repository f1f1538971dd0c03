"""Eight surveys that a new shop begins with; their words lie with each language, in surveys.toml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from crm.languages import codes, content
from crm.models import Survey, SurveyQuestion

Kind, About, AskedIf = SurveyQuestion.Kind, SurveyQuestion.About, SurveyQuestion.AskedIf


@dataclass(frozen=True)
class ReadyQuestion:
    """`key` begins the names of its words."""

    key: str
    kind: str
    about: str = ""
    asked_if: str = ""
    score: int | None = None


@dataclass(frozen=True)
class ReadySurvey:
    key: str
    questions: tuple[ReadyQuestion, ...]
    limits: dict[str, Any] = field(default_factory=dict)


FIVE = {"low_at_most": 3, "high_at_least": 5, "offer": Survey.Offer.REVIEW.value}

READY = (
    ReadySurvey(
        "recommend",
        (
            ReadyQuestion("recommend", Kind.NPS),
            ReadyQuestion("why_low", Kind.TEXT, asked_if=AskedIf.AT_MOST, score=8),
            ReadyQuestion("why_high", Kind.TEXT, asked_if=AskedIf.AT_LEAST, score=9),
        ),
        {"low_at_most": 6, "high_at_least": 9, "offer": Survey.Offer.REVIEW.value},
    ),
    ReadySurvey(
        "delivery",
        (
            ReadyQuestion("delivery", Kind.RATING, About.DELIVERY),
            ReadyQuestion("product", Kind.RATING, About.PRODUCT),
            ReadyQuestion("words", Kind.TEXT),
        ),
        FIVE,
    ),
    ReadySurvey(
        "support",
        (
            ReadyQuestion("support", Kind.RATING, About.SUPPORT),
            ReadyQuestion("solved", Kind.YES_NO, About.SUPPORT),
            ReadyQuestion("words", Kind.TEXT, asked_if=AskedIf.NO),
        ),
        FIVE | {"offer": Survey.Offer.NOTHING.value},
    ),
    ReadySurvey(
        "service",
        (
            ReadyQuestion("service", Kind.RATING, About.SERVICE),
            ReadyQuestion("as_agreed", Kind.YES_NO, About.SERVICE),
            ReadyQuestion("words", Kind.TEXT, asked_if=AskedIf.NO),
        ),
        FIVE,
    ),
    ReadySurvey(
        "ease",
        (
            ReadyQuestion("ease", Kind.EASE, About.SITE),
            ReadyQuestion("words", Kind.TEXT, asked_if=AskedIf.AT_MOST, score=4),
        ),
        {"low_at_most": 3, "high_at_least": 6},
    ),
    ReadySurvey("leaving", (ReadyQuestion("reasons", Kind.REASONS), ReadyQuestion("words", Kind.LINE))),
    ReadySurvey(
        "onboarding",
        (ReadyQuestion("stage", Kind.STAGE, About.PRODUCT), ReadyQuestion("words", Kind.TEXT)),
    ),
    ReadySurvey("stopped", (ReadyQuestion("reasons", Kind.REASONS, About.SITE), ReadyQuestion("words", Kind.LINE))),
)


def missing_surveys(language: str) -> list[str]:
    """By their names in this language."""
    return [name for _ready, name in _missing(language)]


@transaction.atomic
def add_ready_surveys(language: str) -> list[str]:
    """Add those that are missing, named in this language, and return their names."""
    return [_add(ready, name) for ready, name in _missing(language)]


def _missing(language: str) -> list[tuple[ReadySurvey, str]]:
    told = content(language, "surveys")
    taken = set(Survey.objects.values_list("name", flat=True))
    return [(ready, told[ready.key]["name"]) for ready in READY if told[ready.key]["name"] not in taken]


def _add(ready: ReadySurvey, name: str) -> str:
    words = {code: content(code, "surveys")[ready.key] for code in codes()}
    thanks = {code: one["thanks"] for code, one in words.items() if one["thanks"]}
    survey = Survey.objects.create(name=name, thanks=thanks, **ready.limits)
    for position, one in enumerate(ready.questions, start=1):
        SurveyQuestion.objects.create(
            survey=survey,
            position=position,
            kind=one.kind,
            about=one.about,
            asked_if=one.asked_if,
            asked_if_score=one.score,
            words={code: _words(one, told) for code, told in words.items()},
        )
    return name


def _words(question: ReadyQuestion, told: dict[str, Any]) -> dict[str, Any]:
    """As the form of a question keeps them."""
    found = {"question": told[question.key]}
    if question.kind in SurveyQuestion.SCALES:
        found |= {end: told[f"{question.key}_{end}"] for end in ("low", "high")}
    if question.kind in SurveyQuestion.CHOSEN:
        found["answers"] = told[f"{question.key}_answers"]
    return found
