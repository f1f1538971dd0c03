"""Notes on the customer's page: written, changed, pinned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.customers.notes import change_note, pin_note, write_note
from crm.models import Customer, CustomerNote

Act = Callable[[HttpRequest, Customer, User, dt.datetime], None]


def note_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not isinstance(request.user, User) or not request.user.has_perm("crm.add_case"):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    act = ACTS.get(request.POST.get("act", ""))
    try:
        if act is None:
            raise ValueError(_("This page is out of date: load it again."))
        act(request, customer, request.user, timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("admin:crm_customer_change", args=[customer.pk]) + "#notes")


def _write(request: HttpRequest, customer: Customer, by: User, at: dt.datetime) -> None:
    key = request.POST.get("token", "").replace("\0", "")[:64]
    write_note(customer, _text(request), at=at, by=by, key=key, is_pinned="pin" in request.POST)


def _change(request: HttpRequest, customer: Customer, by: User, at: dt.datetime) -> None:
    change_note(_note(request, customer), _text(request), at=at, by=by)


def _pin(request: HttpRequest, customer: Customer, by: User, at: dt.datetime) -> None:
    pin_note(_note(request, customer), at=at)


def _unpin(request: HttpRequest, customer: Customer, by: User, at: dt.datetime) -> None:
    pin_note(_note(request, customer), at=None)


def _note(request: HttpRequest, customer: Customer) -> CustomerNote:
    typed = request.POST.get("note", "")[:18]
    note = customer.written_notes.filter(pk=int(typed) if typed.isdecimal() else 0).first()
    if note is None:
        raise ValueError(_("This note is not on this customer's page: load it again."))
    return note


def _text(request: HttpRequest) -> str:
    return request.POST.get("text", "")


ACTS: dict[str, Act] = {"write": _write, "change": _change, "pin": _pin, "unpin": _unpin}
