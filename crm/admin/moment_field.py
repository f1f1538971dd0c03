"""A day and time that staff type."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def moment_field(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, **options)


def past_moment(typed: dt.datetime | None) -> dt.datetime:
    """The moment typed, or now; refused in words while it is still ahead."""
    now = timezone.now()
    if typed and typed > now:
        raise ValidationError(_("That moment is still ahead: note it when it has come."))
    return typed or now
