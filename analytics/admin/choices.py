"""What a manager may choose on the dashboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, DateFilter, FilterSet, ModelChoiceFilter

from analytics.filters import Filters
from crm.admin.conditional import conditional
from crm.figures.periods import ALL_TIME, Period, last_year, shifted, this_month, this_quarter
from crm.models import Category, OrderStanding
from segments.models import Segment


class Preset(TextChoices):
    MONTH = "month", _("this month")
    QUARTER = "quarter", _("this quarter")
    YEAR = "year", _("last 12 months")
    ALL = "all", _("since the beginning")
    CUSTOM = "custom", _("chosen days")


MONTHS_BACK: dict[str, int] = {Preset.MONTH: 1, Preset.QUARTER: 3, Preset.YEAR: 12}


# Days are asked for where the period is not one of ours.
CHOSEN_DAYS = [{"preset": [Preset.CUSTOM]}]


class PeriodForm(forms.Form):
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
        return chosen


class CategoryChoices(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]
    """Categories as a tree: each below what it is part of, set in by its depth."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield "", str(self.field.empty_label)
        for category, depth in as_tree(self.queryset):
            yield category.pk, "\N{EM SPACE}" * depth + str(category)


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]
    iterator = CategoryChoices


class CategoryFilter(ModelChoiceFilter):  # type: ignore[misc]
    field_class = CategoryField


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Choices(FilterSet):  # type: ignore[misc]
    preset = ChoiceFilter(label=_("Period"), choices=Preset.choices, empty_label=None)
    first_on = DateFilter(label=_("First day"), widget=_date())
    last_on = DateFilter(label=_("Last day"), widget=_date())
    segment = ModelChoiceFilter(label=_("Segment"), queryset=Segment.objects.all(), empty_label=_("everybody"))
    category = CategoryFilter(label=_("Category"), queryset=Category.objects.all(), empty_label=_("everything"))
    source = ChoiceFilter(label=_("Acquisition source"), empty_label=_("any"))

    class Meta:
        model = OrderStanding
        fields: tuple[str, ...] = ()
        form = PeriodForm

    def __init__(self, data: Mapping[str, Any], sources: Iterable[str], today: dt.date) -> None:
        self.today = today
        super().__init__({"preset": Preset.YEAR, **{name: data[name] for name in data}}, OrderStanding.objects.all())
        self.filters["source"].extra["choices"] = [(source, source) for source in sources]

    @property
    def chosen(self) -> Filters:
        """What was chosen, or the last twelve months of everybody when that makes no sense."""
        if not self.form.is_valid():
            return Filters(last_year(self.today))
        chosen = self.form.cleaned_data
        return Filters(self._period(chosen), chosen["segment"], chosen["category"], chosen["source"])

    @property
    def before(self) -> Period | None:
        """What comes before the period: for a running month or quarter, as much of the one before."""
        period = self.chosen.period
        months = MONTHS_BACK.get(self._preset())
        if period == ALL_TIME:
            return None
        return shifted(period, months) if months else period.just_before()

    def filter_queryset(self, queryset: QuerySet[OrderStanding]) -> QuerySet[OrderStanding]:
        return self.chosen.standings()

    def _preset(self) -> str:
        return str(self.form.cleaned_data["preset"]) if self.form.is_valid() else Preset.YEAR

    def _period(self, chosen: dict[str, Any]) -> Period:
        match chosen["preset"]:
            case Preset.MONTH:
                return this_month(self.today)
            case Preset.QUARTER:
                return this_quarter(self.today)
            case Preset.ALL:
                return ALL_TIME
            case Preset.CUSTOM:
                return Period(chosen["first_on"], chosen["last_on"])
            case _:
                return last_year(self.today)


def as_tree(categories: Iterable[Category]) -> list[tuple[Category, int]]:
    children: dict[int | None, list[Category]] = {}
    for category in categories:
        children.setdefault(category.parent_id, []).append(category)
    found: list[tuple[Category, int]] = []
    waiting = [(category, 0) for category in reversed(children.pop(None, []))]
    while waiting:
        category, depth = waiting.pop()
        found.append((category, depth))
        waiting += [(child, depth + 1) for child in reversed(children.pop(category.pk, []))]
    return found
