"""What colleagues tell each other about a case. Who is named in it by @username finds it on their desk."""

from __future__ import annotations

import datetime as dt
import re

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Case, CaseMention, CaseNote
from crm.service.case_state import lock_case

LONGEST_NOTE = 5000
_NAMED = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")


@transaction.atomic
def write_note(case: Case, *, text: str, at: dt.datetime, by: User | None) -> CaseNote:
    """ValueError for nothing, for too much, and for a name that no colleague has. Who writes has read."""
    text = text.replace("\0", "").strip()
    if not text or len(text) > LONGEST_NOTE:
        raise ValueError(_("Write at most %(limit)d characters.") % {"limit": LONGEST_NOTE})
    named = _colleagues(text)
    lock_case(case)
    note = CaseNote.objects.create(case=case, author=by, text=text, written_at=at)
    if by:
        see_notes(case, by, at=at)
    CaseMention.objects.bulk_create(CaseMention(note=note, user=user) for user in named if user != by)
    return note


def see_notes(case: Case, by: User, *, at: dt.datetime) -> int:
    """They have seen what names them, and it leaves their desk."""
    return CaseMention.objects.unseen().filter(note__case=case, user=by).update(seen_at=at)


def _colleagues(text: str) -> list[User]:
    names = {name.rstrip(".-+@").casefold() for name in _NAMED.findall(text)}
    at_work = User.objects.filter(is_staff=True, is_active=True)
    known = {user.username.casefold(): user for user in at_work} if names else {}
    if unknown := sorted(names - known.keys()):
        raise ValueError(_("Nobody here is called @%(name)s.") % {"name": unknown[0]})
    return [known[name] for name in sorted(names)]
