"""Setting a target by hand, and changing one that is under way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from analytics.admin.target_wording import as_typed, from_typed
from analytics.models import Target
from analytics.targets.figures import read_days
from crm.figures.periods import months_before

MONTHS, YEARS = 6, 3
PERCENT = 100


class TargetNoteForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of a target that is over, or given up, only the note is left to change."""

    class Meta:
        model = Target
        fields: tuple[str, ...] = ("note",)

    def validate_unique(self) -> None:
        """All constraints of the row: Django leaves out those of columns that are no fields of the form."""
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError as broken:
            for error in broken.error_dict["__all__"]:
                self.add_error(error.code if error.code in self.fields else None, error)


class TargetForm(TargetNoteForm):
    wanted = forms.DecimalField(
        label=gettext_lazy("Wanted value"),
        max_digits=13,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=gettext_lazy("In the shop's currency; shares in per cent: 35, not 0.35."),
    )

    class Meta(TargetNoteForm.Meta):
        fields: tuple[str, ...] = ("due_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["wanted"].initial = round(as_typed(self.instance.figure, self.instance.wanted_value), 2)

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        today = timezone.localdate()
        if day <= today:
            raise ValidationError(_("Choose a day after today."))
        if day > months_before(today, -12 * YEARS):
            raise ValidationError(_("Choose a day within the next three years."))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and "wanted" in self.changed_data:
            self.want(found)
        return found

    def want(self, found: dict[str, Any]) -> None:
        self.take_wanted(from_typed(self.instance.figure, found["wanted"]))

    def take_wanted(self, value: Decimal) -> None:
        column = Target._meta.get_field("wanted_value")
        try:
            self.instance.wanted_value = column.clean(round(value, column.decimal_places), self.instance)
        except ValidationError as error:
            self.add_error("wanted", error)


class NewTargetForm(TargetForm):
    PERCENT_MORE, VALUE = "percent_more", "value"
    wanted_as = forms.ChoiceField(
        label=gettext_lazy("What is wanted"),
        choices=[(PERCENT_MORE, gettext_lazy("so many per cent more than now")), (VALUE, gettext_lazy("this value"))],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta(TargetForm.Meta):
        fields: tuple[str, ...] = ("figure", "due_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        in_half_a_year = months_before(timezone.localdate(), -MONTHS)
        super().__init__(*args, **{**kwargs, "initial": {"due_on": in_half_a_year, **(kwargs.get("initial") or {})}})
        self.fields["wanted"].help_text = gettext_lazy(
            "So many per cent more: 25 for a quarter more. A value is in the shop's currency, a share in per cent: 35, "
            "not 0.35. Where the figure stands today is where the way begins."
        )

    def want(self, found: dict[str, Any]) -> None:
        """The way begins where the figure stands today."""
        target, today = self.instance, timezone.localdate()
        start = read_days([today])[0][found["figure"]]
        if start is None:
            self.add_error("figure", _("This figure cannot be counted yet, so there is nothing to start from."))
            return
        target.start_value, target.starts_on, target.read_until = start, today, today
        if found["wanted_as"] == self.PERCENT_MORE:
            self.take_wanted(start * (1 + found["wanted"] / PERCENT))
        else:
            self.take_wanted(from_typed(found["figure"], found["wanted"]))
