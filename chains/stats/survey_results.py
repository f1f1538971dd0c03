"""What a survey brought: of whom it was sent to in some days, how many answered, and what.

Answers count with the day their question was sent, so that what was asked and what was answered are the same people.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, CharField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from chains.models import Touch
from chains.reactions.surveys import key_of
from chains.reactions.touch_events import SOURCE
from crm.figures.intervals import Estimate, nps, share
from crm.figures.periods import Period
from crm.models import Category, Feedback, OrderLine, Product, Survey, SurveyQuestion
from crm.surveys.answering import questions_of
from crm.timezones import start_of
from segments.models import Membership, Segment

DAY = dt.timedelta(days=1)
COMMENTS = 50
Kind = SurveyQuestion.Kind


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Whose answers are looked at; None is everybody's."""

    segment: Segment | None = None
    category: Category | None = None
    product: Product | None = None
    step: str = ""


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """`counts` by score, or by the place of the answer; `estimate` is what the question is about, in per cent."""

    question: SurveyQuestion
    counts: Mapping[int, int]
    answered: int
    estimate: Estimate | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class SurveyResult:
    sent: int
    answered: int
    questions: Sequence[QuestionResult] = field(default_factory=list)

    @property
    def response(self) -> Estimate | None:
        return share(self.answered, self.sent)


def sendings(survey: Survey, period: Period, narrowed: Narrowed) -> QuerySet[Touch]:
    """The messages that asked it in these days."""
    found = Touch.objects.sent().filter(
        survey=survey,
        asks__in=Touch.ASKING,
        sent_at__gte=start_of(period.first_on),
        sent_at__lt=start_of(period.last_on + DAY),
    )
    if narrowed.segment:
        members = Membership.objects.open_in(narrowed.segment.pk)
        found = found.filter(customer__in=members.values("customer"))
    if narrowed.product or narrowed.category:
        found = found.filter(Exists(_bought(narrowed).filter(order=OuterRef("order"))))
    return found.filter(step_name=narrowed.step) if narrowed.step else found


def _bought(narrowed: Narrowed) -> QuerySet[OrderLine]:
    lines = OrderLine.objects.kept()
    if narrowed.product:
        lines = lines.filter(product=narrowed.product)
    return lines.filter(product__category__in=_within(narrowed.category)) if narrowed.category else lines


def _within(category: Category) -> set[int]:
    """With all that is part of it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in Category.objects.values_list("pk", "parent"):
        children[parent].append(pk)
    found, waiting = set(), [category.pk]
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting += children[pk]
    return found


def result(survey: Survey, sent: QuerySet[Touch]) -> SurveyResult:
    questions = questions_of(survey)
    counted = _counts(sent, questions)
    numbers = answered_of(sent, questions).aggregate(
        sent=Count("pk"), answered=Count("pk", filter=Q(has_answered=True))
    )
    return SurveyResult(numbers["sent"], numbers["answered"], [_result_of(one, counted[one.pk]) for one in questions])


def answered_of(sent: QuerySet[Touch], questions: Sequence[SurveyQuestion]) -> QuerySet[Any]:
    """With `has_answered`: whether anything was."""
    first = questions[0].pk if questions else 0
    key = Concat(Value(key_of("")), Cast(OuterRef("pk"), CharField()), Value(f":{first}"))
    return sent.annotate(has_answered=Exists(Feedback.objects.filter(source=SOURCE, key=key)))


def answers(sent: QuerySet[Touch], questions: Sequence[SurveyQuestion]) -> QuerySet[Any]:
    """What was answered to these sendings, each with its `touch`."""
    number = Func(F("key"), Value(":"), Value(2), function="split_part", output_field=CharField())
    found = Feedback.objects.filter(question__in=questions, source=SOURCE)
    return found.annotate(touch=Cast(number, BigIntegerField())).filter(touch__in=sent.values("pk"))


def comments(sent: QuerySet[Touch], questions: Sequence[SurveyQuestion]) -> list[Feedback]:
    """What customers wrote, the newest first."""
    found = answers(sent, questions).exclude(text="").select_related("customer", "question")
    return list(found.order_by("-left_at", "-pk")[:COMMENTS])


def by_step(sent: QuerySet[Touch], questions: Sequence[SurveyQuestion]) -> list[tuple[str, str, int, int]]:
    """Chain, step, sent and answered."""
    groups = answered_of(sent, questions).order_by().values("chain__name", "step_name")
    counted = groups.annotate(sent=Count("pk"), answered=Count("pk", filter=Q(has_answered=True)))
    return list(counted.order_by("-sent", "step_name").values_list("chain__name", "step_name", "sent", "answered"))


def _counts(sent: QuerySet[Touch], questions: Sequence[SurveyQuestion]) -> dict[int, dict[int | None, int]]:
    """By question, how many gave each score or answer; words count under None."""
    found: dict[int, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    rows = answers(sent, questions).order_by().values_list("question", "score", "choice").annotate(number=Count("pk"))
    for question, score, choice, number in rows:
        found[question][score if choice is None else choice] += number
    return found


def _result_of(question: SurveyQuestion, counts: Mapping[int | None, int]) -> QuestionResult:
    answered = sum(counts.values())
    known = {value: count for value, count in counts.items() if value is not None}
    mean = sum(value * count for value, count in known.items()) / answered if answered and question.scale else None
    return QuestionResult(question, known, answered, _estimate(question, known), mean)


def _estimate(question: SurveyQuestion, counts: Mapping[int, int]) -> Estimate | None:
    """The NPS, or the share of content, easy or yes."""
    if question.kind == Kind.NPS:
        promoters, detractors = _between(counts, 9, 10), _between(counts, 0, 6)
        return nps(promoters, sum(counts.values()) - promoters - detractors, detractors)
    least = {Kind.RATING: 4, Kind.EASE: 5, Kind.YES_NO: 1}.get(Kind(question.kind))
    return None if least is None else share(_between(counts, least, 10), sum(counts.values()))


def _between(counts: Mapping[int, int], low: int, high: int) -> int:
    return sum(count for value, count in counts.items() if low <= value <= high)
