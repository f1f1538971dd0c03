"""What came of a task that a case waits for: a note in the case, which is its owner's turn again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import translation
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import CaseMention, CaseNote, StaffTask
from crm.service.case_pauses import take_up


def tell_case(task: StaffTask, *, at: dt.datetime, by: int | None) -> None:
    """Called once, when the task is closed. A case that was merged meanwhile has handed its tasks on."""
    case = task.case
    if case is None or case.merged_into_id:
        return
    lock_fact(case)
    # Kept as text for staff, so in the shop's language.
    with translation.override(settings.LANGUAGE_CODE):
        words = _("%(task)s: %(status)s") % {"task": task.title, "status": task.get_status_display()}
    text = f"{words}\n{task.outcome}".strip()
    note = CaseNote.objects.create(case=case, author_id=by, text=text, written_at=at)
    owner = case.owner_id or task.asked_by_id
    if owner and owner != by:
        CaseMention.objects.create(note=note, user=User.objects.get(pk=owner))
    if case.held_at and not case.staff_tasks.open().exists():
        take_up(case, at=at)
