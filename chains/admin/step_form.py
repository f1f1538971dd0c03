"""The form of one step. Its fields, and what may be wrong in them, stand with the kinds of steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from chains.definition import editing
from chains.definition.change_kinds import CHANGE_KINDS
from chains.definition.kind_fields import shown_when
from chains.definition.step_kinds import STEP_KINDS, has_arms
from chains.definition.wait_kinds import WAIT_KINDS
from chains.models import Step
from chains.models.step_wait import CUSTOM_EVENT
from crm.models import EventKind, Shop
from segments.rule_field import RuleField

CONTEXT = ("order", "event")
# A branch may also ask what the webhook called before it has answered.
BRANCH_CONTEXT = (*CONTEXT, "answer")
# Only a wait for an event parts the way; branches and splits have no such field and always show it.
SHOWN_WHEN = (
    shown_when("wait", WAIT_KINDS) | shown_when("change", CHANGE_KINDS) | {"rest": [{"wait": [Step.Wait.EVENT]}]}
)
FIRST_ARM, LAST_ARM = "first", "last"
# A step that changes something else must not be held up by these.
ONLY_OF_COUPONS = {"coupon_kind", "coupon_minimum"}


def event_field() -> forms.ChoiceField:
    choices = [("", "—"), *EventKind.choices, (CUSTOM_EVENT, _("another event"))]
    return forms.ChoiceField(label=_("Until"), choices=choices, required=False, widget=UnfoldAdminSelectWidget)


def anchor_field() -> forms.ChoiceField:
    choices = [(anchor.value, anchor.label) for anchor in Step.Anchor if anchor != Step.Anchor.ARRIVAL]
    return forms.ChoiceField(label=_("Counted from"), choices=choices, required=False, widget=UnfoldAdminSelectWidget)


def weekdays_field() -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=_("Only on"),
        choices=Shop.Weekday.choices,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


def weekday_field() -> forms.TypedChoiceField:
    field = Step._meta.get_field("at_weekday")
    return forms.TypedChoiceField(
        label=capfirst(field.verbose_name),
        choices=[("", _("any day")), *Shop.Weekday.choices],
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=field.help_text,
    )


def match_field() -> RuleField:
    return RuleField(
        label=_("Only when"),
        required=False,
        context=CONTEXT,
        blank=_("Any such event"),
        help_text=_("Of several such events the first for which this holds counts."),
    )


class TemplateSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]
    """Each template says what it is for, so that the step's purpose follows the choice."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if template := getattr(value, "instance", None):
            option["attrs"]["data-purpose"] = template.purpose
        return option


class StepForm(forms.ModelForm):  # type: ignore[type-arg]
    """What its first lines name is set on the class made for the request: a new step has no row that says it."""

    kind: str
    is_full = False
    asks_for_rest = False
    rest = forms.ChoiceField(
        label=_("What follows here now"),
        choices=[
            ("", _("comes behind it, for all")),
            (FIRST_ARM, _("goes on in its first arm only")),
            (LAST_ARM, _("goes on in its last arm only")),
        ],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    looks_back = forms.BooleanField(
        label=_("It may have happened since the start of the chain"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Otherwise only what happens after somebody has come to this step counts."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = self.instance
        self.fields["looks_back"].initial = step.wait_from != Step.Anchor.ARRIVAL
        for name in self.fields.keys() & ONLY_OF_COUPONS:
            self.fields[name].required = False
        if step.pk is None:
            step.kind = self.kind
        if not self.asks_for_rest:
            del self.fields["rest"]

    @property
    def begins_message(self) -> bool:
        """Pressed was that what the message says will be written now, and there is nothing yet to write into."""
        is_message = self.instance.kind == Step.Kind.MESSAGE
        return is_message and "write" in self.data and not self.cleaned_data.get("template")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.is_full:
            self.add_error(None, editing.too_many())
        for name in self.fields.keys() & ONLY_OF_COUPONS:
            given[name] = given.get(name) or Step._meta.get_field(name).get_default()  # type: ignore[union-attr]
        wait = WAIT_KINDS.get(given.get("wait", ""))
        if wait and "looks_back" in wait.fields:
            given["wait_from"] = Step.Anchor.TRIGGER if given.get("looks_back") else Step.Anchor.ARRIVAL
        return given

    def _post_clean(self) -> None:
        """What its kind lacks is asked of the step as it would be saved."""
        super()._post_clean()  # type: ignore[misc]
        step = self.instance
        if self.begins_message:
            return
        for problem in STEP_KINDS[step.kind].form_problems(step):
            self.add_error(problem.field, problem.words)
        if step.pk and "wait" in self.fields and not has_arms(step) and (inside := len(editing.steps_inside(step))):
            self.add_error("wait", still_inside(inside))


def still_inside(steps: int) -> str:
    return ngettext(
        "%(count)d step lies in there: put it elsewhere or delete it first.",
        "%(count)d steps lie in there: put them elsewhere or delete them first.",
        steps,
    ) % {"count": steps}
