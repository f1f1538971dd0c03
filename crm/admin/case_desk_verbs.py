"""Buttons of a case that are no word to the customer: whose it is, whose turn, notes, merging, tasks of others."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from crm.admin.case_tasks_form import asked_of
from crm.admin.verb_buttons import Verb
from crm.models import Case
from crm.service.case_merging import merge_cases, split
from crm.service.case_notes import see_notes, write_note
from crm.service.case_owners import assign
from crm.service.case_pauses import await_customer, hold, take_up
from crm.service.cases import note_asked
from crm.service.handing_over import hand_over


def _mine(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    assign(case, request.user)  # type: ignore[arg-type]
    return gettext("This case is yours now.")


def _nobodys(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    assign(case, None)
    return gettext("Nobody has this case now; whoever takes the next one may get it.")


def _await(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    await_customer(case, at=at)
    return gettext("It waits for the customer now. Their next word brings it back to you.")


def _hold(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    hold(case, at=at, whom=request.POST.get("whom", ""))
    return gettext("It is on hold. The time promised rests until you take it up again.")


def _take_up(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    take_up(case, at=at)
    return gettext("It is our turn again.")


def _note(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    write_note(case, text=request.POST.get("note", ""), at=at, by=request.user)  # type: ignore[arg-type]
    return gettext("The note is kept. Only colleagues see it.")


def _seen(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    see_notes(case, request.user, at=at)  # type: ignore[arg-type]
    return gettext("Seen: it has left your desk.")


def _merge(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    chosen = request.POST.get("other", "")
    if not chosen.isdecimal():
        raise ValueError(gettext("Choose the case to merge."))
    other = get_object_or_404(Case, pk=chosen)
    merge_cases(case, other, at=at)
    return gettext("“%(other)s” is part of this case now. It can be split off again for a day, on its own page.") % {
        "other": other
    }


def _split(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    split(case, at=at)
    return gettext("It is a case of its own again, with its letters, notes and tasks.")


def _asked(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    note_asked(case, at=at)
    return gettext("Noted that the customer was asked. The desk reminds you no more.")


def _hand_over(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    asked = asked_of(request)
    hand_over(case, at=at, by=request.user, **asked)  # type: ignore[arg-type]
    whom: User | Group | None = asked["owner"] or asked["group"]
    return gettext("%(whom)s has it as a task. What comes of it will be a note here.") % {"whom": whom}


DESK_VERBS: dict[str, Verb] = {
    "mine": _mine,
    "nobodys": _nobodys,
    "await": _await,
    "hold": _hold,
    "take_up": _take_up,
    "note": _note,
    "seen": _seen,
    "merge": _merge,
    "split": _split,
    "hand_over": _hand_over,
    "asked": _asked,
}
