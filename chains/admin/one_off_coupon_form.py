"""The part of a one-off message's form that gives its readers a coupon, with its terms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chains.definition.change_kinds import CHANGE_KINDS
from chains.models import Step
from crm.admin.conditional import Case
from crm.models import Coupon

NUMBER = {"type": "number", "inputmode": "decimal"}
ISSUED = CHANGE_KINDS[Step.Change.ISSUE_COUPON]
TERMS = ("coupon_category", "coupon_product", "coupon_minimum", "coupon_days")
SHOWN_WHEN: dict[str, list[Case]] = {
    **{name: [case] for name, case in ISSUED.fields_when.items()},
    **{name: [{"coupon_kind": Coupon.Kind.values}] for name in TERMS},
}


def _goods(name: str) -> Any:
    return AutocompleteSelect(Step._meta.get_field(name), admin.site)


class CouponForm(forms.ModelForm):  # type: ignore[type-arg]
    coupon_kind = forms.ChoiceField(
        label=gettext_lazy("A coupon for"),
        choices=[("", gettext_lazy("no coupon")), *Coupon.Kind.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Each reader gets a code of their own. A letter written here shows it by itself."),
    )

    class Meta:
        model = Step
        fields = ("coupon_kind", "coupon_value", "coupon_gift", *TERMS)
        widgets = {
            "coupon_value": UnfoldAdminTextInputWidget(attrs={**NUMBER, "step": "0.01"}),
            "coupon_gift": UnfoldAdminTextInputWidget(),
            "coupon_category": _goods("coupon_category"),
            "coupon_product": _goods("coupon_product"),
            "coupon_minimum": UnfoldAdminTextInputWidget(attrs={**NUMBER, "step": "0.01"}),
            "coupon_days": UnfoldAdminTextInputWidget(attrs=NUMBER),
        }

    prefix = "coupon"

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, instance=Step(kind=Step.Kind.CHANGE, change=Step.Change.ISSUE_COUPON))
        self.initial["coupon_kind"] = ""
        self.fields["coupon_minimum"].required = False

    def clean_coupon_minimum(self) -> Any:
        return self.cleaned_data["coupon_minimum"] or 0

    def _post_clean(self) -> None:
        """Without a coupon nothing is asked about it."""
        if not self.cleaned_data.get("coupon_kind"):
            return
        super()._post_clean()  # type: ignore[misc]
        for problem in ISSUED.problems(self.instance):
            self.add_error(problem.field, problem.words)

    def refuse_for(self, shows_coupon: bool) -> None:
        if self.coupon and not shows_coupon:
            self.add_error("coupon_kind", _("The message chosen shows no coupon: put the block “Coupon” into it."))

    @property
    def coupon(self) -> dict[str, Any] | None:
        """What the step that issues it does; None: no coupon."""
        given = self.cleaned_data
        return {"change": Step.Change.ISSUE_COUPON, **given} if given["coupon_kind"] else None
