"""The forms of an experiment: what is to be tried, and then its plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseModelFormSet, modelformset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chains.models import Experiment, ExperimentVariant
from chains.models.experiment import LETTERS
from crm.admin.channel_order import ChannelOrderField
from crm.models import Shop

DiffersIn = Experiment.DiffersIn
NUMBER = {"type": "number", "inputmode": "decimal"}


class BeginForm(forms.Form):
    differs_in = forms.ChoiceField(
        label=gettext_lazy("What differs"),
        choices=DiffersIn.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("One thing at a time: otherwise nobody knows what made the difference."),
    )
    number = forms.TypedChoiceField(
        label=gettext_lazy("How many variants"),
        choices=[(count, str(count + 1)) for count in range(1, len(LETTERS) + 1)],
        coerce=int,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("The message as it is among them. Each one more takes more people."),
    )


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Experiment
        fields = ("base_percent", "smallest_lift", "outcome_days")
        widgets = {name: UnfoldAdminTextInputWidget(attrs=NUMBER) for name in fields}


class VariantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Its share, and what it tries where that is not in its words."""

    class Meta:
        model = ExperimentVariant
        fields = ("share", "at_hour", "at_weekday", "channels")
        widgets = {"share": UnfoldAdminTextInputWidget(attrs=NUMBER)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tried = {DiffersIn.HOUR: "at_hour", DiffersIn.WEEKDAY: "at_weekday", DiffersIn.CHANNEL: "channels"}
        differs_in = DiffersIn(self.instance.experiment.differs_in)
        for name in tried.values():
            if tried.get(differs_in) != name:
                del self.fields[name]
        if differs_in == DiffersIn.HOUR:
            self.fields["at_hour"] = _choice(_("hour"), [(hour, f"{hour:02}:00") for hour in range(24)])
        elif differs_in == DiffersIn.WEEKDAY:
            self.fields["at_weekday"] = _choice(_("day of the week"), Shop.Weekday.choices)
        elif differs_in == DiffersIn.CHANNEL:
            self.fields["channels"] = ChannelOrderField(
                label=ExperimentVariant._meta.get_field("channels").verbose_name, required=False
            )
        for name in self.fields:
            self.fields[name].label = f"{self.instance.letter}: {self.fields[name].label}"


def _choice(label: str, choices: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "—"), *choices],
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


VariantForms: type[BaseModelFormSet[ExperimentVariant, VariantForm]] = modelformset_factory(
    ExperimentVariant, form=VariantForm, extra=0
)
