"""The form of one step. Which fields it has, the kind of the step says; see chains.admin.step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from chains.definition import editing
from chains.definition.tree import MOST_STEPS
from chains.models import Step
from chains.models.step_wait import CUSTOM_EVENT
from crm.models import Coupon, EventKind, Shop
from segments.rule_field import RuleField

CONTEXT = ("order", "event")


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


def match_field() -> RuleField:
    return RuleField(
        label=_("Only when"),
        required=False,
        context=CONTEXT,
        help_text=_("Of several such events the first for which this holds counts. Empty: any."),
    )


class StepForm(forms.ModelForm):  # type: ignore[type-arg]
    """`kind` and `is_full` are set on the class made for the request: a new step has no row that says them."""

    kind: str
    is_full = False
    lies_in = forms.ChoiceField(
        label=_("Lies in"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Another arm: it is put at its end, with everything that lies in this step."),
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
        # Only a coupon has these: a step that changes something else must not be held up by them.
        for name in self.fields.keys() & {"coupon_kind", "coupon_minimum"}:
            self.fields[name].required = False
        if step.pk is None:
            step.kind = self.kind
            del self.fields["lies_in"]
        else:
            self.fields["lies_in"].choices = [("", _("the chain itself")), *editing.places_for(step)]  # type: ignore[attr-defined]
            self.fields["lies_in"].initial = step.arm_id or ""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.is_full:
            self.add_error(None, _("A chain may have at most %(most)d steps.") % {"most": MOST_STEPS})
        check = {
            Step.Kind.MESSAGE: self._message,
            Step.Kind.STAFF_TASK: self._task,
            Step.Kind.WAIT: self._wait,
            Step.Kind.CHANGE: self._change,
        }.get(Step.Kind(self.instance.kind))
        if check:
            check(given)
        return given

    def _message(self, given: dict[str, Any]) -> None:
        if not given.get("template"):
            self.add_error("template", _("Choose what the message says."))

    def _task(self, given: dict[str, Any]) -> None:
        if not given.get("name"):
            self.add_error("name", _("Say what the colleague has to do."))

    def _change(self, given: dict[str, Any]) -> None:
        kind = given.get("change")
        given["coupon_kind"] = given.get("coupon_kind") or Coupon.Kind.PERCENT
        given["coupon_minimum"] = given.get("coupon_minimum") or 0
        if kind in (Step.Change.ADD_TAG, Step.Change.REMOVE_TAG):
            self._require(given, "tag", _("Say which tag."))
        elif kind == Step.Change.SET_ATTRIBUTE:
            for name in ("attribute", "attribute_value"):
                self._require(given, name, _("Say which attribute, and what it becomes."))
        elif kind == Step.Change.GIVE_POINTS:
            self._require(given, "points", _("Say how many points."))
        elif kind == Step.Change.ISSUE_COUPON:
            self._coupon(given)

    def _coupon(self, given: dict[str, Any]) -> None:
        kind, value = given.get("coupon_kind"), given.get("coupon_value")
        if kind in Step.COUPONS_WITH_VALUE:
            self._require(given, "coupon_value", _("Say how much the coupon is worth."))
        if kind == Coupon.Kind.PERCENT and value and value > 100:
            self.add_error("coupon_value", _("No more than 100 percent."))
        if kind == Coupon.Kind.POINTS and value and value % 1:
            self.add_error("coupon_value", _("Points are whole."))
        if kind == Coupon.Kind.GIFT:
            self._require(given, "coupon_gift", _("Say what the gift is."))
        if given.get("coupon_category") and given.get("coupon_product"):
            self.add_error("coupon_product", _("Either a category or a product."))

    def _wait(self, given: dict[str, Any]) -> None:
        kind, amount = given.get("wait"), given.get("wait_amount") or 0
        if kind == Step.Wait.TIME and amount < 0:
            self.add_error("wait_amount", _("Nobody can wait for less than no time."))
        if kind == Step.Wait.DATE and not given.get("wait_on"):
            self.add_error("wait_on", _("Say until which date."))
        if kind == Step.Wait.OFFSET and given.get("wait_from") == Step.Anchor.ATTRIBUTE:
            self._require(given, "wait_attribute", _("Say which attribute holds the date."))
        if kind == Step.Wait.EVENT:
            self._require(given, "wait_event", _("Say until what happens."))
            if given.get("wait_event") == CUSTOM_EVENT:
                self._require(given, "wait_custom_event", _("Say which event."))
            if amount < 1:
                self.add_error("wait_amount", _("Say how long at most."))
            given["wait_from"] = Step.Anchor.TRIGGER if given.get("looks_back") else Step.Anchor.ARRIVAL
        elif self.instance.pk and (inside := len(editing.steps_inside(self.instance))):
            self.add_error("wait", still_inside(inside))

    def _require(self, given: dict[str, Any], name: str, words: Any) -> None:
        if not given.get(name):
            self.add_error(name, words)


def still_inside(steps: int) -> str:
    return ngettext(
        "%(count)d step lies in there: put it elsewhere or delete it first.",
        "%(count)d steps lie in there: put them elsewhere or delete them first.",
        steps,
    ) % {"count": steps}
