from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Customer, Event, EventKind, Feedback, Order, OrderLine, Product, Review
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
    complex_goods = OrderLine.objects.kept().filter(
        order=OuterRef("pk"), product__complexity=Product.Complexity.COMPLEX
    )
    later = Order.objects.counted().filter(customer=OuterRef("customer"), placed_at__gt=OuterRef("delivered_at"))
    signs = Event.objects.filter(
        customer=OuterRef("customer"), kind__in=SIGNS_OF_LIFE, occurred_at__gt=OuterRef("delivered_at")
    ).exclude(properties__contains={"is_machine": True})
    arrived = Order.objects.counted().filter(delivered_at__lt=compilation.days_ago(int(number(condition)) - 1))
    return has_rows(arrived.filter(Exists(complex_goods), ~Exists(later), ~Exists(signs)), compilation)


SIGNS_OF_LIFE = [
    EventKind.MESSAGE_CLICKED,
    EventKind.MESSAGE_REPLIED,
    EventKind.FEEDBACK_LEFT,
    EventKind.REVIEW_LEFT,
    EventKind.PAGE_VIEWED,
    EventKind.CASE_OPENED,
]


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
        "mood",
        _("mood noted by staff"),
        SERVICE,
        Texts(choices=lambda: [choice for choice in Customer.Mood.choices if choice[0]]),
        IDENTITY,
        _mood,
    ),
)
