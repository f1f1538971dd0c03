"""Which questions of a survey are asked, after what was answered so far. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crm.models import SurveyQuestion

AskedIf = SurveyQuestion.AskedIf
Kind = SurveyQuestion.Kind


def asked(questions: Iterable[SurveyQuestion], scores: Mapping[int, int | None]) -> list[SurveyQuestion]:
    """Those that are asked of somebody who gave these scores, by question. What rests on no answer yet is not."""
    found = []
    score: int | None = None
    yes: int | None = None
    for question in questions:
        if not _holds(question, score, yes):
            continue
        found.append(question)
        if question.scale:
            score = scores.get(question.pk)
        elif question.kind == Kind.YES_NO:
            yes = scores.get(question.pk)
    return found


def _holds(question: SurveyQuestion, score: int | None, yes: int | None) -> bool:
    match question.asked_if:
        case AskedIf.AT_MOST | AskedIf.AT_LEAST:
            limit = question.asked_if_score
            if score is None or limit is None:
                return False
            return score <= limit if question.asked_if == AskedIf.AT_MOST else score >= limit
        case AskedIf.YES | AskedIf.NO:
            return yes is not None and bool(yes) == (question.asked_if == AskedIf.YES)
    return True
