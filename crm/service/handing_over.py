"""What colleagues have to find out or do before a customer can be answered, as a task that its case waits for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Case, Feedback, Shop, StaffTask
from crm.service.case_pauses import hold
from crm.service.case_state import lock_case
from crm.service.feedback import in_words
from crm.service.staff_tasks import open_task

# Within one day of work, where nobody named a time.
DUE_HOURS = 8


def due_by(at: dt.datetime) -> dt.datetime:
    return Shop.load().calendar.due(at, dt.timedelta(hours=DUE_HOURS))


@transaction.atomic
def hand_over(
    case: Case,
    *,
    title: str,
    at: dt.datetime,
    by: User,
    owner: User | None = None,
    group: Group | None = None,
    script: str = "",
    due_at: dt.datetime | None = None,
    key: str | None = None,
) -> StaffTask:
    """Ask a colleague or a group; an open case is on hold until their outcome is its next note."""
    _check_whom(owner, group)
    lock_case(case)
    task = open_task(
        case.customer,
        title=title,
        at=at,
        due_at=due_at or due_by(at),
        script=script,
        owner=owner,
        owner_group=group,
        order=case.order,
        case=case,
        by=by,
        key=key,
    )
    if case.resolved_at is None:
        hold(case, at=at, whom=str(owner or group))
    return task


def hand_over_feedback(
    feedback: Feedback,
    *,
    title: str,
    at: dt.datetime,
    by: User,
    owner: User | None = None,
    group: Group | None = None,
    script: str = "",
    due_at: dt.datetime | None = None,
    key: str | None = None,
) -> StaffTask:
    """Of a rating that opened a case, by that case; any other by itself."""
    script = script or "\n".join(filter(None, (in_words(feedback), feedback.text)))
    asked: dict[str, Any] = {"title": title, "at": at, "by": by, "owner": owner, "script": script, "key": key}
    if case := Case.objects.select_related("merged_into").filter(key=f"feedback:{feedback.pk}").first():
        return hand_over(case.merged_into or case, group=group, due_at=due_at, **asked)
    _check_whom(owner, group)
    return open_task(feedback.customer, owner_group=group, order=feedback.order, due_at=due_at or due_by(at), **asked)


def _check_whom(owner: User | None, group: Group | None) -> None:
    if owner is None and group is None:
        raise ValueError(_("Say whom to ask: a group or a colleague."))
