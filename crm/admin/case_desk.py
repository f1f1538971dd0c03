"""What the page of a case shows beside the conversation: notes, tasks, other cases, how long the customer waited."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.admin.case_notes import notes_among
from crm.admin.case_tasks_form import TaskForm
from crm.figures.wording import duration
from crm.models import Case
from crm.service.case_merging import last_merging, mergeable
from crm.service.case_times import times_of


def beside_conversation(request: HttpRequest, case_id: str | None, shown: dict[str, Any]) -> dict[str, Any]:
    case = Case.objects.filter(pk=case_id).first() if case_id and case_id.isdecimal() else None
    if case is None:
        return {}
    now = timezone.now()
    return {
        **notes_among(request, case, shown["letters"]),
        "tasks": list(case.staff_tasks.select_related("owner", "owner_group").order_by("created_at", "pk")),
        "task_form": TaskForm(initial={"token": uuid.uuid4().hex, **_typed(shown)}),
        "other_cases": mergeable(case),
        "merged_cases": list(case.merged_from.order_by("opened_at")),
        "may_split": case.merged_into_id is not None and last_merging(case, now) is not None,
        "times": _times(case),
    }


def _typed(shown: dict[str, Any]) -> dict[str, Any]:
    """Of a task that was refused."""
    return {name: shown.get("typed", {}).get(name) for name in ("title", "whom", "due_at", "script")}


def _times(case: Case) -> list[tuple[str, str]]:
    times = times_of(case)
    told = [
        (_("until our first word"), times.first_word),
        (_("until our last answer"), times.next_words[-1] if times.next_words else None),
        (_("until it was settled"), times.first_settled),
        (_("until it was settled for good"), times.settled if times.settled != times.first_settled else None),
    ]
    return [(name, duration(time)) for name, time in told if time is not None]
