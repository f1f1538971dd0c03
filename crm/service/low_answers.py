"""The case that a low answer opens, and what else its customer said."""

from __future__ import annotations

from crm.locks import lock_fact
from crm.models import Case, Feedback
from crm.service.cases import open_case

LONGEST_SUBJECT = 200


def open_case_about(feedback: Feedback, subject: str) -> Case:
    """Once for an asking, of the kind and severity that its survey names."""
    survey = feedback.survey
    case = open_case(
        feedback.customer,
        kind=survey.case_kind if survey else Case.Kind.QUESTION,
        severity=survey.case_severity if survey else Case.Severity.NORMAL,
        subject=subject[:LONGEST_SUBJECT],
        at=feedback.left_at,
        channel=Case.Channel.SURVEY,
        order=feedback.order,
        body=feedback.text,
        key=_key(feedback),
    )
    if feedback.text and not case.body:
        Case.objects.filter(pk=case.pk, body="").update(body=feedback.text)
    return case


def put_to_case(feedback: Feedback, said: str) -> None:
    """What came after a low score is read with it; said again in other words, it stands there in both."""
    case = Case.objects.filter(key=_key(feedback)).first()
    line = f"{said}{'' if said.endswith('?') else ':'} {feedback.text}" if feedback.text else said
    if case is None:
        return
    lock_fact(case)
    if line in case.body:
        return
    case.body = f"{case.body}\n{line}".strip()
    case.save(update_fields=["body"])


def _key(feedback: Feedback) -> str:
    """Of a survey all answers to one asking have one case."""
    if feedback.survey_id:
        return f"{feedback.source}:{feedback.key.rpartition(':')[0]}"
    return f"feedback:{feedback.pk}"
