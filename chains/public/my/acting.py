"""What the forms of a customer's own page share: done once, said in words, back to where they stood."""

from __future__ import annotations

import re
import secrets

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

_ONCE = re.compile(r"[\w-]{8,40}", re.ASCII)
# What was done, by the word that stands in the address after it.
DONE = {
    "subscribed": _("Your subscription begins. We tell you three days before each date."),
    "changed": _("Your subscription is changed."),
    "skipped": _("Skipped. The dates after it stay as they were."),
    "unskipped": _("It comes after all."),
    "paused": _("Your subscription rests. Nothing comes until it goes on."),
    "resumed": _("Your subscription goes on."),
    "stopped": _("Your subscription has ended. Thank you for telling us why."),
    "repeated": _("We have your wish. You hear from us about it."),
    "registered": _("It is registered."),
    "unregistered": _("The registration is taken back."),
    "asked": _("Your question is here. We answer by email, and on this page."),
    "late": _("Thank you for telling us. One of us looks where it is and gets in touch with you."),
    "code": _("The code is on its way to your address."),
    "proven": _("Thank you, that was the right code."),
    "erasure": _("Your wish is noted. We carry it out within a month, and mostly much sooner."),
    "link": _("Your link is here, with words and a picture to forward."),
    "address": _("Your details are saved."),
}


def new_once() -> str:
    """Goes with a form, so that what is pressed twice is done once."""
    return secrets.token_urlsafe(12)


def once_of(request: HttpRequest) -> str:
    """Somebody's own words are none: they get a new one, and their press counts for itself."""
    told = request.POST.get("once", "")
    return told if _ONCE.fullmatch(told) else new_once()


def back(leads_to: str, done: str) -> HttpResponse:
    """See Other: a reload repeats nothing."""
    response = HttpResponseRedirect(f"{leads_to}?did={done}#done")
    response.status_code = 303
    return response


def words_of(form: forms.BaseForm) -> str:
    """All that is wrong, each under the name of its field."""
    wrong = []
    for name, errors in form.errors.items():
        label = str(form.fields[name].label or "") if name in form.fields else ""
        wrong += [f"{label}: {error}" if label else str(error) for error in errors]
    return " ".join(wrong)


def was_done(request: HttpRequest) -> str:
    return str(DONE.get(request.GET.get("did", ""), ""))
