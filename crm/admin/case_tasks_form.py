"""Whom to ask for something, and what: the form of a task on the page of a case or of a rating."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.admin.verb_buttons import colleagues_at_work


def people() -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups and colleagues, to be chosen from in one list."""
    groups = [(f"group-{group.pk}", group.name) for group in Group.objects.order_by("name")]
    users = [(f"user-{user.pk}", user.get_full_name() or user.username) for user in colleagues_at_work()]
    return [(gettext("Groups"), groups), (gettext("Colleagues"), users)]


class TaskForm(forms.Form):
    """The token makes an impatient second press ask nobody twice."""

    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    title = forms.CharField(label=_("what to find out or do"), max_length=200)
    whom = forms.ChoiceField(label=_("whom to ask"))
    due_at = forms.DateTimeField(
        label=_("to be done by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
        help_text=_("Empty: within eight hours of work."),
    )
    script = forms.CharField(
        label=_("what they have to know"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "task_%s"
        self.fields["whom"].choices = [("", "—"), *people()]  # type: ignore[attr-defined]

    def clean_due_at(self) -> dt.datetime | None:
        due: dt.datetime | None = self.cleaned_data["due_at"]
        if due and due <= timezone.now():
            raise forms.ValidationError(gettext("Choose a moment that is still ahead."))
        return due


def asked_of(request: HttpRequest) -> dict[str, Any]:
    """What `hand_over` takes. ValueError says what is missing."""
    form = TaskForm(request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        label = form.fields[name].label or name
        raise ValueError(f"{label}: {errors[0]}")
    told = form.cleaned_data
    kind, _dash, pk = told["whom"].partition("-")
    return {
        "title": told["title"],
        "script": told["script"],
        "due_at": told["due_at"],
        "owner": colleagues_at_work().get(pk=pk) if kind == "user" else None,
        "group": Group.objects.get(pk=pk) if kind == "group" else None,
        "key": f"staff:{told['token']}",
    }
