"""The page of a survey: the answer pressed in the message, and the other questions on one short page.

What is pressed in a message only fills the page in: programs fetch links, people press. Each sending keeps what it
says, so that whoever stops comes back to where they were.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from chains.models import Touch
from chains.public.machine_opens import is_machine
from chains.public.offers import offer_of
from chains.public.pages import shop_page
from chains.public.survey_form import SurveyForm, initial_of, name_of
from crm.models import Feedback, SurveyQuestion
from crm.service.feedback import HIGH
from crm.surveys.answering import Asked, answers_given, is_changeable, note, questions_of
from crm.surveys.choices import choices_of
from crm.surveys.flow import asked as asked_of

# Sent along by the script, which cannot know that it is a person who looks.
BY_ITSELF = "by_itself"
# Sent along when the script keeps what somebody has just chosen.
MEANWHILE = "meanwhile"
SHOWN = "shown"


def survey_page(request: HttpRequest, touch: Touch, asked: Asked) -> HttpResponse:
    now = timezone.now()
    questions = questions_of(asked.survey)
    given = answers_given(asked, questions)
    if given and not is_changeable(given.values(), now):
        return _thanks(request, touch, asked, questions[0], given, may_change=False)
    if request.method == "POST":
        return _answered(request, touch, asked, questions, given, now)
    chosen = _chosen(request, questions[0], asked.language)
    if not chosen and "change" not in request.GET and not _open(questions, given):
        return _thanks(request, touch, asked, questions[0], given, may_change=True)
    initial = initial_of(given) | ({name_of(questions[0]): chosen} if chosen else {})
    shown = asked_of(questions, _scores(questions, given) | _score(questions[0], chosen))
    form = SurveyForm(shown, asked.language, first=questions[0], seed=touch.pk, initial=initial)
    return _page(request, touch, form, is_chosen=bool(chosen))


def _answered(
    request: HttpRequest,
    touch: Touch,
    asked: Asked,
    questions: list[SurveyQuestion],
    given: dict[int, Feedback],
    now: dt.datetime,
) -> HttpResponse:
    shown = _shown(request.POST, questions, has_first=questions[0].pk in given)
    form = SurveyForm(shown, asked.language, request.POST, first=questions[0], seed=touch.pk)
    is_whole = form.is_valid()
    if BY_ITSELF in request.POST:
        return _by_itself(request, touch, asked, form, has_answered=bool(given), at=now)
    if not is_whole and MEANWHILE not in request.POST:
        return _page(request, touch, form, status=400)
    if values := form.values():
        note(asked, values, at=now, words=form.other())
    if MEANWHILE in request.POST:
        return HttpResponse(status=204)
    given = answers_given(asked, questions)
    more = [one for one in _open(questions, given) if one not in shown]
    if more:
        form = SurveyForm(more, asked.language, first=questions[0], seed=touch.pk)
        return _page(request, touch, form, is_more=True)
    return _thanks(request, touch, asked, questions[0], given, may_change=True)


def _by_itself(
    request: HttpRequest, touch: Touch, asked: Asked, form: SurveyForm, *, has_answered: bool, at: dt.datetime
) -> HttpResponse:
    """Only the answer that was pressed in the message: nobody has touched the others."""
    value = form.values().get(form.first)
    if value is None or is_doubtful(request, touch, has_answered=has_answered):
        return HttpResponse(status=204)
    note(asked, {form.first: value}, at=at)
    return HttpResponse()


def is_doubtful(request: HttpRequest, touch: Touch, *, has_answered: bool) -> bool:
    """A program that runs scripts opens every answer in turn: none by itself overrules another."""
    agent = request.headers.get("User-Agent", "")
    return has_answered or is_machine(agent, sent_at=touch.sent_at, at=timezone.now())


def _shown(sent: QueryDict, questions: list[SurveyQuestion], *, has_first: bool) -> list[SurveyQuestion]:
    """The questions that stood on the page; the first where nothing says so."""
    named = set(sent.getlist(SHOWN))
    shown = [question for question in questions if str(question.pk) in named]
    return shown if has_first or questions[0] in shown else [questions[0], *shown]


def _open(questions: list[SurveyQuestion], given: dict[int, Feedback]) -> list[SurveyQuestion]:
    """Those that are to be asked and have no answer yet."""
    return [one for one in asked_of(questions, _scores(questions, given)) if one.pk not in given]


def _scores(questions: list[SurveyQuestion], given: dict[int, Feedback]) -> dict[int, int | None]:
    return {one.pk: given[one.pk].score for one in questions if one.pk in given}


def _score(question: SurveyQuestion, chosen: str) -> dict[int, int | None]:
    return {question.pk: int(chosen)} if chosen and not question.is_chosen else {}


def _chosen(request: HttpRequest, first: SurveyQuestion, language: str) -> str:
    value = request.GET.get("answer", "")
    return value if value in dict(choices_of(first, language)) else ""


def _page(request: HttpRequest, touch: Touch, form: SurveyForm, *, status: int = 200, **more: bool) -> HttpResponse:
    shown = list(form.shown())
    return shop_page(request, "survey", status=status, form=form, shown=shown, order=touch.order, **more)


def _thanks(
    request: HttpRequest,
    touch: Touch,
    asked: Asked,
    first: SurveyQuestion,
    given: dict[int, Feedback],
    *,
    may_change: bool,
) -> HttpResponse:
    survey = asked.survey
    level = survey.level(given[first.pk].score) if first.pk in given else ""
    return shop_page(
        request,
        "survey_thanks",
        thanks=survey.thanks_in(asked.language),
        level=level,
        offer=offer_of(survey, touch) if level == HIGH else None,
        may_change=may_change,
    )
