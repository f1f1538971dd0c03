"""The buttons of a case: what each records, and what it says then."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from crm.admin.case_answering import write
from crm.admin.goodwill_form import promise_typed
from crm.admin.verb_buttons import Verb
from crm.models import Case, Goodwill
from crm.service import goodwill
from crm.service.cases import acknowledge, answer, confirm, resolve
from crm.service.contentment import ask_if_content
from crm.service.goodwill_gifts import in_words
from crm.service.offers import send_offer

OFFER = ("solution", "alternative")


def _acknowledge(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    acknowledge(case, at=at, by=request.user)  # type: ignore[arg-type]
    return gettext("Acknowledged: the customer knows somebody is on it.")


@transaction.atomic
def _answer(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    """Told by phone or in the shop: it is noted, and nothing is sent."""
    bonus = promise_typed(request, case, _colleague(request), at)
    answer(case, at=at, by=_colleague(request), **_offered(request), goodwill=in_words(bonus) if bonus else "")
    return gettext("The offered solution is noted.")


@transaction.atomic
def _offer(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    """What could not be sent promises nothing either."""
    by = _colleague(request)
    promise_typed(request, case, by, at)
    how = {name: request.POST.get(name, "") for name in ("channel", "seen")}
    message = send_offer(case, **_offered(request), by=by, at=at, **how)
    return gettext("The offer is sent to %(address)s; the customer chooses with a press.") % {"address": message.where}


def _offered(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").replace("\x00", "").strip() for name in OFFER}


@transaction.atomic
def _goodwill(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    given = promise_typed(request, case, _colleague(request), at)
    if given is None:
        raise ValueError(gettext("Choose what you give."))
    if given.given_at:
        return gettext("Given: %(what)s.") % {"what": in_words(given)}
    return gettext("Promised: %(what)s. It is given when the customer accepts.") % {"what": in_words(given)}


def _give(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    given = goodwill.give(_named_goodwill(request, case), at=at)
    return gettext("Given: %(what)s.") % {"what": in_words(given)}


def _take_back(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    taken = goodwill.undo(_named_goodwill(request, case), at=at)
    return gettext("Taken back: %(what)s.") % {"what": in_words(taken)}


def _named_goodwill(request: HttpRequest, case: Case) -> Goodwill:
    named = request.POST.get("bonus", "")
    found = case.goodwills.filter(pk=named).first() if named.isdecimal() else None
    if found is None:
        raise ValueError(gettext("There is no such goodwill."))
    return found


def _resolve(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    resolve(case, at=at, by=request.user)  # type: ignore[arg-type]
    if case.kind == Case.Kind.COMPLAINT:
        return gettext("Resolved. Marketing to this customer may go on.")
    return gettext("Resolved.")


def _ask(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    message = ask_if_content(case, by=_colleague(request), at=at)
    return gettext("Asked at %(address)s whether all is well.") % {"address": message.where}


def _confirm(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    confirm(case, at=at)
    return gettext("Noted: the customer is content.")


def _colleague(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # nobody else comes to a page of staff


VERBS: dict[str, Verb] = {
    "acknowledge": _acknowledge,
    "answer": _answer,
    "offer": _offer,
    "goodwill": _goodwill,
    "give": _give,
    "take-back": _take_back,
    "write": write,
    "resolve": _resolve,
    "ask": _ask,
    "confirm": _confirm,
}
