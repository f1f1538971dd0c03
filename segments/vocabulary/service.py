from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Customer, Event, EventKind, Feedback, Review, StaffTask
from crm.service.hidden_pain import LOOKED_BACK, SILENT_DAYS, Reason, returned_orders, silent_orders
from segments.rules import Condition
from segments.values import Number, Texts
from segments.vocabulary.answers import compile_chosen, suggest_answers
from segments.vocabulary.comparing import (
    compared,
    compared_aggregate,
    has_rows,
    having_aggregate,
    newest_first,
    number,
    opposite_if,
    texts,
)
from segments.vocabulary.documents import text_property_in
from segments.vocabulary.field import SERVICE, Compilation, Compile, Field
from segments.vocabulary.operators import AT_LEAST, COMPARISONS, IDENTITY, POSSESSION
from segments.vocabulary.surveys import ANSWERS_TO_SURVEYS

RATING = Number(1, 5)
NPS = Number(0, 10)


def _open_case(condition: Condition, compilation: Compilation) -> Q:
    cases = Case.objects.open().filter(kind__in=texts(condition))
    return opposite_if(condition, has_rows(cases, compilation))


def _complaints(condition: Condition, compilation: Compilation) -> Q:
    complaints = Case.objects.complaints()
    if condition.window is not None:
        complaints = complaints.filter(opened_at__gte=compilation.days_ago(condition.window))
    return compared_aggregate(complaints, Count("pk"), condition, compilation)


def _last_score(kind: str) -> Compile:
    def compile_last(condition: Condition, compilation: Compilation) -> Q:
        answers = Feedback.objects.filter(kind=kind, score__isnull=False)
        return having_aggregate(
            answers, newest_first("score", "left_at"), compared("measured__0", condition), compilation
        )

    return compile_last


def _any_score(kind: str) -> Compile:
    def compile_any(condition: Condition, compilation: Compilation) -> Q:
        answers = Feedback.objects.filter(compared("score", condition), kind=kind)
        if condition.window is not None:
            answers = answers.filter(left_at__gte=compilation.days_ago(condition.window))
        return has_rows(answers, compilation)

    return compile_any


def _any_review(condition: Condition, compilation: Compilation) -> Q:
    """Sent to the shop, whatever became of it."""
    reviews = Review.objects.filter(compared("stars", condition), sent_at__isnull=False)
    if condition.window is not None:
        reviews = reviews.filter(sent_at__gte=compilation.days_ago(condition.window))
    return has_rows(reviews, compilation)


def _silent(condition: Condition, compilation: Compilation) -> Q:
    """Something complex they keep arrived so many days ago or more, and the customer has done nothing since."""
    return has_rows(silent_orders(compilation.days_ago(int(number(condition)) - 1)), compilation)


def _hidden_pain(condition: Condition, compilation: Compilation) -> Q:
    """For one of these reasons, whether somebody looks after it or not."""
    found = Q()
    for reason in texts(condition):
        found |= REASONS[Reason(reason)](compilation)
    return opposite_if(condition, found)


def _silent_lately(compilation: Compilation) -> Q:
    lately = silent_orders(compilation.days_ago(SILENT_DAYS - 1)).filter(
        delivered_at__gte=compilation.days_ago(LOOKED_BACK.days)
    )
    return has_rows(lately, compilation)


def _returned_lately(compilation: Compilation) -> Q:
    return has_rows(returned_orders().filter(returned_at__gte=compilation.days_ago(LOOKED_BACK.days)), compilation)


def _in_a_bad_mood(compilation: Compilation) -> Q:
    return Q(mood=Customer.Mood.BAD)


REASONS = {
    Reason.SILENT: _silent_lately,
    Reason.RETURNED: _returned_lately,
    Reason.BAD_MOOD: _in_a_bad_mood,
}


def _task_outcome(condition: Condition, compilation: Compilation) -> Q:
    told = Event.objects.filter(
        text_property_in("properties", "outcome", texts(condition)),
        kind__in=(EventKind.TASK_CLOSED, EventKind.TASK_TRIED),
    )
    if condition.window is not None:
        told = told.filter(occurred_at__gte=compilation.days_ago(condition.window))
    return opposite_if(condition, has_rows(told, compilation))


def _mood(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(mood__in=texts(condition)))


FIELDS = (
    Field("open_case", _("open case"), SERVICE, Texts(choices=lambda: Case.Kind.choices), POSSESSION, _open_case),
    Field("complaints", _("number of complaints"), SERVICE, Number(0, 10_000), COMPARISONS, _complaints, True),
    Field("last_rating", _("last rating (1-5)"), SERVICE, RATING, COMPARISONS, _last_score(Feedback.Kind.RATING)),
    Field("any_rating", _("some rating (1-5)"), SERVICE, RATING, COMPARISONS, _any_score(Feedback.Kind.RATING), True),
    Field("any_review", _("some review, stars (1-5)"), SERVICE, RATING, COMPARISONS, _any_review, True),
    Field("last_nps", _("last “would recommend” (0-10)"), SERVICE, NPS, COMPARISONS, _last_score(Feedback.Kind.NPS)),
    Field(
        "any_nps", _("some “would recommend” (0-10)"), SERVICE, NPS, COMPARISONS, _any_score(Feedback.Kind.NPS), True
    ),
    Field(
        "chosen_answer",
        _("answer chosen to a question"),
        SERVICE,
        Texts(suggest=suggest_answers),
        POSSESSION,
        compile_chosen,
        True,
    ),
    ANSWERS_TO_SURVEYS,
    Field(
        "silent",
        _("silent since something complex was delivered, days"),
        SERVICE,
        Number(1, 36_500),
        (AT_LEAST,),
        _silent,
        follows_days=True,
        note=_(
            "No click, reply, visit, answer, case or order since. A person should have a look. What was returned does"
            " not count."
        ),
    ),
    Field(
        "hidden_pain",
        _("hidden pain"),
        SERVICE,
        Texts(choices=lambda: Reason.choices),
        IDENTITY,
        _hidden_pain,
        follows_days=True,
        note=_("As support sees it, of the last 180 days, whether somebody has called them since or not."),
    ),
    Field(
        "task_outcome",
        _("what came of a task of staff"),
        SERVICE,
        Texts(choices=lambda: StaffTask.Result.choices[:-1]),
        POSSESSION,
        _task_outcome,
        True,
    ),
    Field(
        "mood",
        _("mood noted by staff"),
        SERVICE,
        Texts(choices=lambda: [choice for choice in Customer.Mood.choices if choice[0]]),
        IDENTITY,
        _mood,
    ),
)
