"""What an agent types to give a customer something for their trouble."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.models import Case, Goodwill
from crm.service.goodwill import give, promise
from crm.service.goodwill_limits import GoodwillDraft

Kind = Goodwill.Kind
AT_ONCE, WHEN_ACCEPTED = "at_once", "when_accepted"


class GoodwillForm(forms.Form):
    """Named so that its fields can stand in a form with others. `bonus_key`: that of the page they were typed on."""

    bonus_kind = forms.ChoiceField(choices=Kind.choices, required=False)
    bonus_value = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False, localize=True)
    bonus_gift = forms.CharField(max_length=200, required=False)
    bonus_reason = forms.CharField(max_length=300, required=False)
    bonus_when = forms.ChoiceField(choices=[(WHEN_ACCEPTED, ""), (AT_ONCE, "")], required=False)
    bonus_key = forms.CharField(max_length=40, required=False)


def promise_typed(request: HttpRequest, case: Case, by: User, at: dt.datetime) -> Goodwill | None:
    """Promised, or given at once, as the form says; None when nothing was chosen. ValueError in words."""
    form = GoodwillForm(request.POST)
    if not form.is_valid():
        raise ValueError(_("Goodwill: %(problem)s") % {"problem": " ".join(form.errors.as_text().split("\n"))})
    told = form.cleaned_data
    if not told["bonus_kind"]:
        return None
    goodwill = promise(case, _draft(case, told), by=by, at=at)
    return give(goodwill, at=at) if told["bonus_when"] == AT_ONCE else goodwill


def _draft(case: Case, told: dict[str, Any]) -> GoodwillDraft:
    kind, value = told["bonus_kind"], told["bonus_value"]
    return GoodwillDraft(
        kind,
        told["bonus_reason"],
        f"{case.pk}:{told['bonus_key']}",
        points=_whole(value) if kind == Kind.POINTS else None,
        percent=_whole(value) if kind == Kind.PERCENT else None,
        amount=value or None if kind in {Kind.AMOUNT, Kind.GIFT, Kind.CARD} else None,
        gift=told["bonus_gift"] if kind == Kind.GIFT else "",
    )


def _whole(value: Decimal | None) -> int | None:
    if value is not None and value != value.to_integral_value():
        raise ValueError(_("Points and percent are whole numbers."))
    return None if value is None else int(value)
