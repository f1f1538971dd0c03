"""The forms of a step's arms, in the order of their places."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from chains.admin.step_form import BRANCH_CONTEXT, still_inside
from chains.definition.tree import MOST_ARMS
from chains.models import BranchArm
from segments.rule_field import RuleField

LAST = 10_000


class ArmForm(forms.ModelForm):  # type: ignore[type-arg]
    # Written by the buttons that move an arm.
    position = forms.IntegerField(required=False, min_value=0, max_value=LAST, widget=forms.HiddenInput)

    class Meta:
        model = BranchArm
        fields = ("name", "position")
        widgets = {"name": UnfoldAdminTextInputWidget}


class RuleArmForm(ArmForm):
    rule = RuleField(label=_("For whom"), context=BRANCH_CONTEXT)

    class Meta(ArmForm.Meta):
        fields = ("name", "position", "rule")  # type: ignore[assignment]


class WeightArmForm(ArmForm):
    class Meta(ArmForm.Meta):
        fields = ("name", "position", "weight")  # type: ignore[assignment]


class ArmFormSet(forms.models.BaseInlineFormSet):  # type: ignore[type-arg]
    """Arms in the order of their places; those without one come last. One that holds steps is not deleted with them."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form not in self.deleted_forms and form.has_changed() | bool(form.instance.pk)
        ]
        for number, form in enumerate(sorted(kept, key=_place), start=1):
            form.instance.position = number
        for form in self.deleted_forms:
            if form.instance.pk and (inside := form.instance.steps.count()):
                raise forms.ValidationError(
                    _("“%(arm)s”: %(why)s") % {"arm": form.instance, "why": still_inside(inside)}
                )
        if len(kept) > MOST_ARMS - 1:
            raise forms.ValidationError(_("A step may have at most %(most)d arms.") % {"most": MOST_ARMS})

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        """Also those whose number changed only because another arm moved."""
        saved = super().save_existing_objects(commit)
        for form in self.initial_forms:
            if commit and form.instance.pk and form not in self.deleted_forms:
                BranchArm.objects.filter(pk=form.instance.pk).update(position=form.instance.position)
        return saved


def _place(form: Any) -> int:
    given = getattr(form, "cleaned_data", {}).get("position")
    return LAST if given is None else given
