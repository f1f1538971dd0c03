"""A template while it is written: kept as a draft, saved into the template, and never over what somebody else wrote."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from chains.messages.content import save_content
from chains.models import MessageTemplate, TemplateDraft


@dataclass(frozen=True)
class Seen:
    """Which state of the template, and of its draft, somebody's changes began from."""

    base: str
    revision: str = ""


class ChangedMeanwhile(Exception):
    """Somebody else has written since: the template or its draft."""

    def __init__(self, by: Any, at: dt.datetime) -> None:
        self.by, self.at = by, at
        super().__init__(str(by))


@transaction.atomic
def keep_draft(pk: int, content: dict[str, Any], seen: Seen, by: User, now: dt.datetime) -> TemplateDraft:
    template = _locked(pk, seen)
    draft, _is_new = TemplateDraft.objects.update_or_create(
        template=template, defaults={"content": content, "updated_at": now, "updated_by": by}
    )
    return draft


@transaction.atomic
def save_draft(pk: int, content: object, seen: Seen, by: User) -> MessageTemplate:
    """Make it the template; raises ContentError where something is wrong with it, and then the draft stays."""
    template = save_content(_locked(pk, seen), content, by)
    TemplateDraft.objects.filter(template=template).delete()
    return template


@transaction.atomic
def discard_draft(pk: int, seen: Seen) -> MessageTemplate:
    template = _locked(pk, seen)
    TemplateDraft.objects.filter(template=template).delete()
    return template


def base_of(template: MessageTemplate) -> str:
    return template.changed_at.isoformat()


def revision_of(draft: TemplateDraft | None) -> str:
    return draft.updated_at.isoformat() if draft else ""


def _locked(pk: int, seen: Seen) -> MessageTemplate:
    template = MessageTemplate.objects.select_for_update(no_key=True).get(pk=pk)
    if base_of(template) != seen.base:
        raise ChangedMeanwhile(template.changed_by, template.changed_at)
    draft = TemplateDraft.objects.filter(template=template).select_related("updated_by").first()
    if draft and revision_of(draft) != seen.revision:
        raise ChangedMeanwhile(draft.updated_by, draft.updated_at)
    return template
