"""Closing the tasks that messages gave to colleagues."""

from __future__ import annotations

import datetime as dt

from chains.models import StaffTask


def close_task(task: StaffTask, *, status: str, outcome: str, at: dt.datetime, by: int | None) -> bool:
    """Done, or not needed; the first answer stands."""
    task.status, task.outcome, task.done_at, task.done_by_id = status, outcome, at, by
    return bool(
        StaffTask.objects.open().filter(pk=task.pk).update(status=status, outcome=outcome, done_at=at, done_by=by)
    )
