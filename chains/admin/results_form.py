"""What may be chosen on the page of results."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.admin.conditional import conditional
from crm.figures.periods import Period
from segments.models import Segment

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


class Preset(TextChoices):
    WEEK = "7", _("7 days")
    MONTH = "30", _("30 days")
    QUARTER = "90", _("90 days")
    YEAR = "365", _("a year")
    CUSTOM = "custom", _("chosen days")


CHOSEN_DAYS = [{"preset": [Preset.CUSTOM]}]


def last_days(today: dt.date, days: int) -> Period:
    return Period(today - dt.timedelta(days=days - 1), today)


def _day(label: Any) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget)


class ResultsForm(forms.Form):
    preset = forms.ChoiceField(label=_("Period"), choices=Preset.choices, widget=UnfoldAdminSelectWidget)
    first_on = _day(_("First day"))
    last_on = _day(_("Last day"))
    segment = forms.ModelChoiceField(
        label=_("In the segment when they entered"),
        queryset=Segment.objects.order_by("name"),
        required=False,
        empty_label=_("everybody"),
        widget=UnfoldAdminSelectWidget,
    )

    class Media:
        js = (conditional({"first_on": CHOSEN_DAYS, "last_on": CHOSEN_DAYS}),)

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or self.cleaned_data
        if chosen.get("preset") != Preset.CUSTOM or self.errors:
            return chosen
        first_on, last_on = chosen.get("first_on"), chosen.get("last_on")
        if not first_on or not last_on:
            raise forms.ValidationError(_("Choose both the first and the last day."))
        if last_on < first_on:
            raise forms.ValidationError(_("The last day lies before the first."))
        if first_on < EARLIEST or last_on > LATEST:
            raise forms.ValidationError(_("Choose days between the years 2000 and 2100."))
        return chosen

    def period(self, today: dt.date) -> Period:
        """The days chosen, or the last thirty where the choice makes no sense."""
        if not self.is_valid():
            return last_days(today, int(Preset.MONTH))
        chosen = self.cleaned_data
        if chosen["preset"] == Preset.CUSTOM:
            return Period(chosen["first_on"], chosen["last_on"])
        return last_days(today, int(chosen["preset"]))

    def segment_chosen(self) -> Segment | None:
        return self.cleaned_data["segment"] if self.is_valid() else None
