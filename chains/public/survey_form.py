"""The form of a survey's page: a field for each question that is shown, and one for what “something else” is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Feedback, SurveyQuestion
from crm.models.survey import QuestionWords
from crm.surveys.answering import TEXT_LIMIT
from crm.surveys.choices import choices_of, shuffled

LINE_LIMIT = 200
CHOOSE = {"required": _("Choose one of the answers."), "invalid_choice": _("Choose one of the answers.")}
Kind = SurveyQuestion.Kind


class Shown(NamedTuple):
    """A question as the page draws it."""

    question: SurveyQuestion
    words: QuestionWords
    field: forms.BoundField
    other: forms.BoundField | None
    is_first: bool


class SurveyForm(forms.Form):
    """Only the question that the message asked has to be answered."""

    def __init__(
        self,
        questions: Sequence[SurveyQuestion],
        language: str,
        *args: Any,
        first: SurveyQuestion,
        seed: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.questions, self.language, self.first = questions, language, first
        for question in questions:
            self.fields[name_of(question)] = _field(question, language, seed, is_needed=question == first)
            if question.kind == Kind.REASONS:
                self.fields[f"{name_of(question)}_other"] = forms.CharField(
                    label=_("What is it?"), required=False, max_length=TEXT_LIMIT
                )

    def shown(self) -> Iterator[Shown]:
        for question in self.questions:
            name = name_of(question)
            other = self[f"{name}_other"] if question.kind == Kind.REASONS else None
            yield Shown(question, question.in_language(self.language), self[name], other, question == self.first)

    def values(self) -> dict[SurveyQuestion, str]:
        """What was answered of it, as far as it makes sense."""
        told = {question: self.cleaned_data.get(name_of(question)) for question in self.questions}
        return {question: value for question, value in told.items() if value}

    def other(self) -> str:
        """What “something else” is, in their words."""
        return "\n".join(value for name, value in self.cleaned_data.items() if name.endswith("_other") and value)


def name_of(question: SurveyQuestion) -> str:
    return f"q{question.pk}"


def _field(question: SurveyQuestion, language: str, seed: int, *, is_needed: bool) -> forms.Field:
    if question.kind == Kind.LINE:
        return forms.CharField(required=is_needed, max_length=LINE_LIMIT)
    if question.kind == Kind.TEXT:
        widget = forms.Textarea(attrs={"rows": 4})
        return forms.CharField(required=is_needed, max_length=TEXT_LIMIT, widget=widget)
    choices = shuffled(question, choices_of(question, language), seed)
    return forms.ChoiceField(choices=choices, required=is_needed, widget=forms.RadioSelect, error_messages=CHOOSE)


def initial_of(given: Mapping[int, Feedback]) -> dict[str, str]:
    """What was answered so far, as the form takes it."""
    initial = {}
    for pk, one in given.items():
        value = one.choice if one.choice is not None else one.score
        initial[f"q{pk}"] = one.text if value is None else str(value)
        initial[f"q{pk}_other"] = one.text
    return initial
