from __future__ import annotations

import datetime as dt
from secrets import token_urlsafe
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Prefetch, Q
from django.http import HttpRequest
from django.utils import timezone

from crm.admin.refused import pop_refused
from crm.models import Case, CaseAttachment, CaseMessage, ContentmentCheck, Goodwill
from crm.service.answer_files import TYPES, files_of
from crm.service.answer_ways import ways
from crm.service.conversations import seen_of
from crm.service.goodwill_gifts import in_words
from crm.service.goodwill_gifts import used as used_of
from crm.service.letter_checks import doubts
from crm.service.ready_answers import offered


def conversation(request: HttpRequest, case_id: str | None) -> dict[str, Any]:
    """What was written, and where an answer can go; with the words of one that could not be sent."""
    cases = Case.objects.select_related("customer", "order")
    case = cases.filter(pk=case_id).first() if case_id and case_id.isdecimal() else None
    if case is None:
        return {"letters": []}
    now, by = timezone.now(), request.user
    refused = pop_refused(request, case)
    typed = refused.get("typed", {})
    told = {
        "letters": _letters(case),
        "typed": typed,
        "seen": seen_of(case),
        "bonuses": _bonuses(case),
        "bonus_kinds": Goodwill.Kind.choices,
        "bonus_key": token_urlsafe(12),
    }
    if case.resolved_at:
        return told | {"was_asked": ContentmentCheck.objects.filter(case=case, resolved_at=case.resolved_at).exists()}
    return told | _answering(request, case, by, refused, now)  # type: ignore[arg-type]  # a page of staff


def _answering(request: HttpRequest, case: Case, by: User, refused: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    """What the form of an answer needs. A ready answer chosen by its link is in it already."""
    typed, files, ready = refused.get("typed", {}), list(files_of(case, by)), offered(case, by, now)
    chosen = next((answer for answer in ready if str(answer.pk) == request.GET.get("ready", "")), None)
    if chosen and not typed:
        typed = {"text": chosen.text, "ready": chosen.pk}
    against = []
    if refused.get("verb") == "write" and not typed.get("anyway"):
        against = doubts(case, typed.get("text", ""), has_files=bool(files), seen=typed.get("seen", ""), now=now)
    return {
        "typed": typed,
        "ways": ways(case),
        "ready_answers": ready,
        "answer_files": files,
        "doubts": against,
        "file_endings": ",".join(f".{ending}" for ending in TYPES),
    }


def _letters(case: Case) -> list[CaseMessage]:
    """The conversation without the contents of its files."""
    files = Prefetch("attachments", CaseAttachment.objects.defer("content").annotate(is_kept=Q(content__isnull=False)))
    letters = case.messages.select_related("author", "offer", "contentment_check")
    return list(letters.prefetch_related(files))


def _bonuses(case: Case) -> list[dict[str, Any]]:
    found = list(case.goodwills.select_related("coupon", "given_by", "case"))
    used = used_of(found)
    return [{"row": row, "words": in_words(row), "is_used": row.pk in used} for row in found]
