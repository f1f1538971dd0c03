from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest

from crm.admin.refused import pop_refused
from crm.models import Case, CaseAttachment, CaseMessage
from crm.service.answer_ways import ways


def conversation(request: HttpRequest, case_id: str | None) -> dict[str, Any]:
    """What was written, and where an answer can go; with the words of one that could not be sent."""
    case = Case.objects.filter(pk=case_id).first() if case_id and case_id.isdecimal() else None
    if case is None:
        return {"letters": []}
    return {"letters": _letters(case), "ways": ways(case), "typed": pop_refused(request, case).get("typed", {})}


def _letters(case: Case) -> list[CaseMessage]:
    """The conversation without the contents of its files."""
    files = Prefetch("attachments", CaseAttachment.objects.defer("content").annotate(is_kept=Q(content__isnull=False)))
    return list(case.messages.select_related("author").prefetch_related(files))
