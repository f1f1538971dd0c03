"""Notes of colleagues, told in their time between the letters of a case."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from crm.admin.verb_buttons import colleagues_at_work
from crm.models import Case, CaseMention, CaseMessage


def notes_among(request: HttpRequest, case: Case, letters: list[CaseMessage]) -> dict[str, Any]:
    """Each letter gets `notes_before`, those written since the letter before it; the rest are `later_notes`."""
    names_me = CaseMention.objects.unseen().filter(note=OuterRef("pk"), user=request.user.pk)
    notes: list[Any] = list(case.notes.select_related("author").annotate(names_me=Exists(names_me)))
    waiting = notes
    for letter in letters:
        letter.notes_before = [note for note in waiting if note.written_at <= letter.occurred_at]  # type: ignore[attr-defined]
        waiting = waiting[len(letter.notes_before) :]  # type: ignore[attr-defined]
    return {
        "later_notes": waiting,
        "names_me": any(note.names_me for note in notes),
        "colleagues": colleagues_at_work().exclude(pk=request.user.pk or 0),
    }
