"""What can be done with many cases of the list at once; each says what it does and how many it was done to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.admin.verb_buttons import colleagues_at_work
from crm.models import Case
from crm.service.case_owners import assign
from crm.service.case_pauses import hold
from crm.service.cases import acknowledge, resolve


class BulkForm(ActionForm):  # type: ignore[misc]
    """The list's action bar with a field for a colleague and one for what a case waits for."""

    colleague = forms.ModelChoiceField(
        queryset=colleagues_at_work(),
        required=False,
        label="",
        empty_label=_("colleague"),
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": _("colleague")}),
    )
    whom = forms.CharField(
        required=False,
        label="",
        max_length=200,
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": _("on hold for"), "aria-label": _("on hold for")},
        ),
    )


@admin.action(description=_("Assign to me"), permissions=["change"])
def assign_to_me(modeladmin: Any, request: HttpRequest, cases: QuerySet[Case]) -> None:
    _give(request, cases, request.user)  # type: ignore[arg-type]


@admin.action(description=_("Assign to the colleague chosen here"), permissions=["change"])
def assign_to_colleague(modeladmin: Any, request: HttpRequest, cases: QuerySet[Case]) -> None:
    chosen = request.POST.get("colleague", "")
    colleague = colleagues_at_work().filter(pk=chosen if chosen.isdecimal() else 0).first()
    if colleague is None:
        messages.error(request, _("Choose the colleague beside the action."))
    else:
        _give(request, cases, colleague)


@admin.action(description=_("Acknowledge: the customers know somebody is on it"), permissions=["change"])
def acknowledge_all(modeladmin: Any, request: HttpRequest, cases: QuerySet[Case]) -> None:
    new = [case for case in cases if not case.acknowledged_at and not case.resolved_at]
    count = _each(new, lambda case, at: acknowledge(case, at=at, by=request.user))  # type: ignore[arg-type]
    text = ngettext("%(count)d case acknowledged.", "%(count)d cases acknowledged.", count)
    messages.success(request, text % {"count": count})


@admin.action(description=_("Put on hold: the time promised rests"), permissions=["change"])
def hold_all(modeladmin: Any, request: HttpRequest, cases: QuerySet[Case]) -> None:
    whom = request.POST.get("whom", "")
    count = _each(_open(cases), lambda case, at: hold(case, at=at, whom=whom))
    text = ngettext("%(count)d case is on hold.", "%(count)d cases are on hold.", count)
    messages.success(request, text % {"count": count})


@admin.action(description=_("Resolve: marketing may go on"), permissions=["change"])
def resolve_all(modeladmin: Any, request: HttpRequest, cases: QuerySet[Case]) -> None:
    count = _each(_open(cases), lambda case, at: resolve(case, at=at, by=request.user))  # type: ignore[arg-type]
    text = ngettext("%(count)d case resolved.", "%(count)d cases resolved.", count)
    messages.success(request, text % {"count": count})


BULK_ACTIONS = (assign_to_me, assign_to_colleague, acknowledge_all, hold_all, resolve_all)


def _give(request: HttpRequest, cases: QuerySet[Case], owner: User) -> None:
    count = _each(_open(cases), lambda case, at: assign(case, owner))
    text = ngettext("%(count)d case is %(owner)s’s now.", "%(count)d cases are %(owner)s’s now.", count)
    messages.success(request, text % {"count": count, "owner": owner})


def _open(cases: QuerySet[Case]) -> list[Case]:
    return [case for case in cases if not case.resolved_at]


def _each(cases: Iterable[Case], act: Callable[[Case, dt.datetime], object]) -> int:
    """Each under its own lock; whom somebody settled or merged meanwhile is not counted."""
    now, count = timezone.now(), 0
    for case in cases:
        try:
            act(case, now)
        except ValueError:
            continue
        count += 1
    return count
