"""The buttons of a case: what each records, and what it says then."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext

from crm.admin.verb_buttons import Verb
from crm.models import Case
from crm.service.cases import acknowledge, answer, confirm, resolve
from crm.service.sending import send_reply

OFFER = ("solution", "alternative", "goodwill")


def _acknowledge(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    acknowledge(case, at=at)
    return gettext("Acknowledged: the customer knows somebody is on it.")


def _answer(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    posted = {name: request.POST.get(name, "").replace("\x00", "").strip() for name in OFFER}
    answer(case, at=at, **posted)
    return gettext("The offered solution is noted.")


def _write(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    text, channel = request.POST.get("text", ""), request.POST.get("channel", "")
    message = send_reply(case, text=text, at=at, by=request.user, channel=channel)  # type: ignore[arg-type]
    if message.failed_at:
        raise ValueError(message.failure)
    return gettext("Sent to %(address)s.") % {"address": message.where}


def _resolve(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    resolve(case, at=at)
    if case.kind == Case.Kind.COMPLAINT:
        return gettext("Resolved. Marketing to this customer may go on.")
    return gettext("Resolved.")


def _confirm(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    confirm(case, at=at)
    return gettext("Noted: the customer is content.")


VERBS: dict[str, Verb] = {
    "acknowledge": _acknowledge,
    "answer": _answer,
    "write": _write,
    "resolve": _resolve,
    "confirm": _confirm,
}
