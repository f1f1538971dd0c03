"""Channels in an order of preference, with a select for each rank."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.forms import SplitArrayField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from crm.models import Channel


class ChannelOrderField(SplitArrayField):
    def __init__(self, **kwargs: Any) -> None:
        rank = forms.ChoiceField(
            choices=[("", "—"), *Channel.choices],
            required=False,
            widget=UnfoldAdminSelectWidget(),
            # Django's own repeats what was sent, and an array field fills that in once more: “%(x)s” was an error 500.
            error_messages={"invalid_choice": gettext_lazy("Choose one of the channels.")},
        )
        super().__init__(rank, size=len(Channel), remove_trailing_nulls=True, **kwargs)

    def clean(self, value: Any) -> list[str]:
        chosen = [channel for channel in super().clean(value) if channel]
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("Each channel stands in one place only."))
        return chosen
