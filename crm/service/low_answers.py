"""The case that a low answer opens, and what else its customer said."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import Case, Feedback, Shop
from crm.service.cases import open_case
from crm.service.staff_tasks import open_task

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
    if survey and survey.case_group:
        _ask_besides(case, survey.case_group)
    return case


def _ask_besides(case: Case, group: Group) -> None:
    """Those concerned look into it within the time a complaint of its severity would have."""
    open_task(
        case.customer,
        title=_("Look into it: %(subject)s") % {"subject": case.subject[:160]},
        at=case.opened_at,
        due_at=Shop.load().answer_due(case.severity, case.opened_at),
        owner_group=group,
        order=case.order,
        case=case,
        key=f"low answer:{case.pk}",
    )


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
