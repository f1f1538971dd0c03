"""The page of a survey's results, and its file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from chains.admin.results_form import Preset
from chains.admin.survey_results_form import SurveyResultsForm
from chains.stats.survey_results import QuestionResult, SurveyResult, answers, by_step, comments, result, sendings
from crm.figures.intervals import ENOUGH, Estimate
from crm.figures.wording import number, percent
from crm.models import Survey, SurveyQuestion
from crm.spreadsheet_cells import harmless_row
from crm.surveys.answering import questions_of
from crm.surveys.choices import choices_of
from crm.timezones import day_of, shop_zone

MOST_ROWS = 50_000
Kind = SurveyQuestion.Kind


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int
    percent: int
    share: str


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A question's result in words; `before` is what it was in the days before."""

    words: str
    kind: str
    answered: str
    name: str
    value: str
    bounds: str
    before: str
    mean: str
    bars: list[Bar]


def results_view(site: dict[str, Any], request: HttpRequest, survey: Survey) -> HttpResponse:
    form = SurveyResultsForm(survey, {"preset": Preset.QUARTER, **request.GET.dict()})
    period, narrowed = form.period(day_of(timezone.now())), form.narrowed()
    sent, questions = sendings(survey, period, narrowed), questions_of(survey)
    if "csv" in request.GET:
        return _file(survey, answers(sent, questions), f"{period.first_on}-{period.last_on}")
    now = result(survey, sent)
    before = period.just_before()
    earlier = result(survey, sendings(survey, before, narrowed)) if before else SurveyResult(0, 0)
    query = request.GET.copy()
    query["csv"] = "1"
    context = {
        "title": _("Results of “%(name)s”") % {"name": survey},
        "survey": survey,
        "form": form,
        "period": period,
        "before": before,
        "result": now,
        "response": _percents(now.response),
        "response_bounds": _share_bounds(now.response),
        "earlier": earlier,
        "earlier_response": _percents(earlier.response),
        "questions": list(_shown(now, earlier)),
        "steps": [(*row, percent(row[3] / row[2], "")) for row in by_step(sent, questions)],
        "comments": comments(sent, questions),
        "enough": ENOUGH,
        "download": f"?{query.urlencode()}",
    }
    return render(request, "chains/admin/survey_results.html", site | context)


def _shown(now: SurveyResult, earlier: SurveyResult) -> Iterator[QuestionShown]:
    were = {one.question.pk: one for one in earlier.questions}
    for one in now.questions:
        question, before = one.question, were.get(one.question.pk)
        yield QuestionShown(
            words=str(question.in_language(get_language() or "").question),
            kind=question.get_kind_display(),
            answered=ngettext("%(count)d answer", "%(count)d answers", one.answered) % {"count": one.answered},
            name=_name(question),
            value=_value(question, one.estimate),
            bounds=_bounds(question, one.estimate),
            before=_before(question, before),
            mean=number(one.mean, "0.0") if one.mean is not None else "",
            bars=list(_bars(one)),
        )


def _name(question: SurveyQuestion) -> str:
    """What is estimated."""
    names = {
        Kind.NPS: _("NPS: 9 and 10 less 0 to 6"),
        Kind.RATING: _("content: 4 and 5"),
        Kind.EASE: _("easy: 5 to 7"),
        Kind.YES_NO: _("yes"),
    }
    return names.get(Kind(question.kind), "")


def _value(question: SurveyQuestion, estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    if not estimate.is_enough:
        return _("too few to tell")
    return _points(estimate.value) if question.kind == Kind.NPS else percent(estimate.value, "")


def _bounds(question: SurveyQuestion, estimate: Estimate | None) -> str:
    if estimate is None or not estimate.is_enough:
        return ""
    if question.kind == Kind.NPS:
        return _("from %(low)s to %(high)s") % {"low": _points(estimate.low), "high": _points(estimate.high)}
    return _share_bounds(estimate)


def _before(question: SurveyQuestion, before: QuestionResult | None) -> str:
    if before is None or before.estimate is None or not before.estimate.is_enough:
        return ""
    return _("%(value)s of %(count)s") % {
        "value": _value(question, before.estimate),
        "count": number(before.answered),
    }


def _points(value: float) -> str:
    return number(value, "+0;−0")


def _percents(estimate: Estimate | None) -> str:
    return percent(estimate.value if estimate else None, "")


def _share_bounds(estimate: Estimate | None) -> str:
    if estimate is None or not estimate.is_enough:
        return ""
    return _("from %(low)s to %(high)s") % {"low": percent(estimate.low, ""), "high": percent(estimate.high, "")}


def _bars(one: QuestionResult) -> Iterator[Bar]:
    for value, label in choices_of(one.question, get_language() or ""):
        count = one.counts.get(int(value), 0)
        part = count / one.answered if one.answered else 0
        yield Bar(label, count, round(100 * part), percent(part, ""))


def _file(survey: Survey, found: Any, days: str) -> HttpResponse:
    """A line an answer; the mark at the start says that the text is UTF-8."""
    response = HttpResponse("\N{ZERO WIDTH NO-BREAK SPACE}", content_type="text/csv; charset=utf-8")
    name = f"encore-{slugify(survey.name, allow_unicode=True)[:60]}-{days}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    writer = csv.writer(response)
    writer.writerow(
        [_("day"), _("customer"), _("order"), _("question"), _("score"), _("answer chosen"), _("in their own words")]
    )
    rows = found.select_related("question", "customer", "order").order_by("left_at", "pk")[:MOST_ROWS]
    for one in rows.iterator(chunk_size=2_000):
        day = one.left_at.astimezone(shop_zone()).date()
        order = one.order.number if one.order else ""
        writer.writerow(harmless_row([day, one.customer_id, order, str(one.question), one.score, one.answer, one.text]))
    return response
