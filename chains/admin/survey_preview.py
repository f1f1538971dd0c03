"""A survey as customers see it, while it is being written: for a frame beside the form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin

from chains.admin.survey_form import QuestionWordsForm
from chains.public.pages import shop_page
from chains.public.survey_form import SurveyForm
from crm.languages import spoken
from crm.models import Survey, SurveyQuestion
from crm.models.survey import MOST_QUESTIONS

PREFIX = "questions"


@xframe_options_sameorigin
def preview(request: HttpRequest, survey: Survey | None) -> HttpResponse:
    """Every question, whatever its condition: as it is saved, or as it stands in the form that is sent."""
    saved = survey.questions.order_by("position", "pk") if survey else ()
    questions = list(_written(request.POST) if request.method == "POST" else saved)
    language = spoken(request.GET.get("language", ""))
    with translation.override(language):
        if not questions:
            return shop_page(request, "survey", shown=[], is_preview=True)
        form: Any = SurveyForm(questions, language, first=questions[0])
        return shop_page(request, "survey", form=form, shown=list(form.shown()), is_preview=True)


def _written(sent: QueryDict) -> Iterator[SurveyQuestion]:
    """The questions in the form so far, be they sound or not."""
    found = []
    for number in range(MOST_QUESTIONS):
        form = QuestionWordsForm(sent, prefix=f"{PREFIX}-{number}")
        if f"{PREFIX}-{number}-kind" not in sent or sent.get(f"{PREFIX}-{number}-DELETE"):
            continue
        form.is_valid()
        told = form.cleaned_data
        if words := form.words(told):
            question = SurveyQuestion(pk=number + 1, kind=told.get("kind") or SurveyQuestion.Kind.NPS, words=words)
            found.append((told.get("position") or 0, number, question))
    yield from (question for _position, _number, question in sorted(found, key=lambda one: one[:2]))
