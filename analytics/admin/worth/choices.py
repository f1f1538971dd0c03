"""What a manager may choose about what buyers are worth: the dashboard's choices, and by what it is measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from analytics.admin.choices import Choices
from analytics.metrics.cohort_value import Measure


class WorthChoices(Choices):
    """Its period is that of the first order."""

    measure = ChoiceFilter(label=_("Measured by"), choices=Measure.choices, empty_label=None)

    def __init__(self, data: Mapping[str, Any], sources: Iterable[str], today: dt.date) -> None:
        super().__init__({"measure": Measure.REVENUE, **{name: data[name] for name in data}}, sources, today)
        self.filters["preset"].label = _("First order in")

    @property
    def by(self) -> Measure:
        chosen = self.form.cleaned_data.get("measure") if self.form.is_valid() else None
        return Measure(chosen) if chosen else Measure.REVENUE
