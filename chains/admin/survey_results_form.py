"""Whose answers of which days the page of a survey's results shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from chains.admin.results_form import ResultsForm
from chains.models import Touch
from chains.stats.survey_results import Narrowed
from crm.models import Category, Product, Survey

MOST_PRODUCTS = 200


class SurveyResultsForm(ResultsForm):
    category = forms.ModelChoiceField(
        label=_("Bought of the category"),
        queryset=Category.objects.order_by("name"),
        required=False,
        empty_label=_("all"),
        widget=UnfoldAdminSelectWidget,
    )
    product = forms.ModelChoiceField(
        label=_("Bought"),
        queryset=Product.objects.none(),
        required=False,
        empty_label=_("everything"),
        widget=UnfoldAdminSelectWidget,
    )
    step = forms.ChoiceField(label=_("Asked by the message"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, survey: Survey, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].label = _("In the segment now")
        asked = Touch.objects.sent().filter(survey=survey).order_by()
        steps = asked.exclude(step_name="").values_list("step_name", flat=True).distinct()
        self.fields["step"].choices = [("", _("any")), *((step, step) for step in sorted(steps))]  # type: ignore[attr-defined]
        bought = Product.objects.filter(lines__order__in=asked.values("order")).order_by("name").distinct()
        self.fields["product"].queryset = Product.objects.filter(  # type: ignore[attr-defined]
            pk__in=list(bought.values_list("pk", flat=True)[:MOST_PRODUCTS])
        ).order_by("name")

    def narrowed(self) -> Narrowed:
        if not self.is_valid():
            return Narrowed()
        return Narrowed(**{name: self.cleaned_data[name] for name in ("segment", "category", "product", "step")})
