"""What can be chosen as the answer to a question of a survey, in the customer's language."""

from __future__ import annotations

import random
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext

from crm.models import SurveyQuestion
from crm.models.survey import QuestionWords

Choice = tuple[str, str]
"""The value in an address or a form, and what stands on the button."""
YES, NO = "1", "0"


def choices_of(question: SurveyQuestion, language: str) -> list[Choice]:
    """Scores by themselves, answers by their place, so that their words may be of any language; none for words."""
    if scale := question.scale:
        return [(str(score), str(score)) for score in scale]
    with translation.override(language):
        if question.kind == SurveyQuestion.Kind.YES_NO:
            return [(YES, gettext("Yes")), (NO, gettext("No"))]
        if question.is_chosen:
            return answers_of(question, question.in_language(language))
    return []


def answers_of(question: SurveyQuestion, words: QuestionWords) -> list[Choice]:
    """In the language that is active. What stopped somebody may always be something else."""
    answers = list(words.answers)
    if question.kind == SurveyQuestion.Kind.REASONS:
        answers.append(gettext("Something else"))
    return [(str(place), answer) for place, answer in enumerate(answers)]


def shuffled(question: SurveyQuestion, choices: Sequence[Choice], seed: int) -> list[Choice]:
    """Reasons in another order for each, so that none is chosen for being the first; “something else” stays last."""
    if question.kind != SurveyQuestion.Kind.REASONS:
        return list(choices)
    *reasons, other = choices
    random.Random(seed).shuffle(reasons)  # noqa: S311 - an order, no secret
    return [*reasons, other]
