"""Answers that customers chose, of those the shop offered them in a question."""

from __future__ import annotations

from django.db.models import Q

from crm.models import Feedback
from segments.rules import Condition
from segments.values import Search
from segments.vocabulary.comparing import has_rows, opposite_if, texts
from segments.vocabulary.field import Compilation


def suggest_answers(search: Search) -> list[tuple[str, str]]:
    found = Feedback.objects.filter(answer__icontains=search.text).exclude(answer="")
    answers = found.order_by("answer").values_list("answer", flat=True).distinct()
    return [(answer, answer) for answer in answers[: search.limit]]


def compile_chosen(condition: Condition, compilation: Compilation) -> Q:
    answers = Feedback.objects.filter(answer__in=texts(condition))
    if condition.window is not None:
        answers = answers.filter(left_at__gte=compilation.days_ago(condition.window))
    return opposite_if(condition, has_rows(answers, compilation))
