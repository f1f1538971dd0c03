"""The form of a chain, in parts: who enters it and when, how often, and when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from chains.models import Chain
from crm.admin.conditional import Cases
from crm.models import Shop
from segments.rule_field import RuleField
from segments.vocabulary.field import Context

BESIDE = (Context.ORDER, Context.EVENT)


class ChainForm(forms.ModelForm):  # type: ignore[type-arg]
    audience_rule = RuleField(
        label=_("For whom"),
        required=False,
        context=BESIDE,
        blank=_("Everybody to whom it happens"),
    )
    goal_rule = RuleField(label=_("The goal is reached when"), required=False, context=BESIDE, blank=_("Not said yet"))
    exit_rule = RuleField(
        label=_("Leaves when"),
        required=False,
        context=BESIDE,
        blank=_("Nobody leaves because of a rule"),
    )
    trigger_weekdays = forms.TypedMultipleChoiceField(
        label=_("on"),
        choices=Shop.Weekday.choices,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    trigger_month = forms.TypedChoiceField(
        label=_("month"),
        choices=list(MONTHS.items()),
        coerce=int,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        widgets = {
            "description": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "trigger_on": UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        }

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for name, problem in _missing(given):
            self.add_error(name, problem)
        return given


def _missing(given: dict[str, Any]) -> list[tuple[str, Any]]:
    """What the chosen trigger and goal ask for and is not there, at the field it belongs to."""
    trigger, event = given.get("trigger"), given.get("trigger_event")
    by_event, every = trigger == Chain.Trigger.EVENT, given.get("trigger_every")
    asked = (
        (by_event and not event, "trigger_event", _("Choose the event that starts the chain.")),
        (by_event and event == Chain.CUSTOM_EVENT, "custom_event", _("Say which event.")),
        (by_event and event in Chain.SEGMENT_EVENTS, "trigger_segment", _("Choose the segment.")),
        (trigger == Chain.Trigger.ATTRIBUTE, "trigger_attribute", _("Say which attribute holds the date.")),
        (trigger == Chain.Trigger.MOMENT, "trigger_on", _("Choose the day.")),
        (
            trigger == Chain.Trigger.SEASON and every == Chain.Every.WEEK,
            "trigger_weekdays",
            _("Choose at least one day."),
        ),
        (given.get("goal") == Chain.Goal.RULE, "goal_rule", _("Say what the goal is.")),
    )
    found = [(name, problem) for is_asked, name, problem in asked if is_asked and not given.get(name)]
    if trigger == Chain.Trigger.LAST_ORDER and (given.get("trigger_days") or 0) < 1:
        found.append(("trigger_days", _("Say how many days after the last order.")))
    return found


BY_EVENT = {"trigger": [Chain.Trigger.EVENT]}
BY_ATTRIBUTE = {"trigger": [Chain.Trigger.ATTRIBUTE]}
BY_SEASON = {"trigger": [Chain.Trigger.SEASON]}
BY_DAYS = {"trigger": [one for one in Chain.Trigger if one != Chain.Trigger.EVENT and one not in Chain.BY_CALENDAR]}
BY_CLOCK = {"trigger": [one for one in Chain.Trigger if one not in (Chain.Trigger.EVENT, Chain.Trigger.LAST_ORDER)]}
SHOWN_WHEN: Cases = {
    "trigger_event": [BY_EVENT],
    "custom_event": [BY_EVENT | {"trigger_event": [Chain.CUSTOM_EVENT]}],
    "trigger_segment": [BY_EVENT | {"trigger_event": Chain.SEGMENT_EVENTS}],
    "trigger_attribute": [BY_ATTRIBUTE],
    "is_yearly": [BY_ATTRIBUTE],
    "trigger_days": [BY_DAYS],
    "trigger_on": [{"trigger": [Chain.Trigger.MOMENT]}],
    "trigger_every": [BY_SEASON],
    "trigger_weekdays": [BY_SEASON | {"trigger_every": [Chain.Every.WEEK]}],
    "trigger_day": [BY_SEASON | {"trigger_every": [Chain.Every.MONTH, Chain.Every.YEAR]}],
    "trigger_month": [BY_SEASON | {"trigger_every": [Chain.Every.YEAR]}],
    "trigger_hour": [BY_CLOCK],
    "trigger_clock": [BY_CLOCK],
    "re_entry_days": [{"re_entry": [Chain.ReEntry.AFTER_DAYS]}],
    "goal_rule": [{"goal": [Chain.Goal.RULE]}],
}
TRIGGER = (
    "trigger",
    "trigger_event",
    "custom_event",
    "trigger_segment",
    "trigger_attribute",
    "is_yearly",
    "trigger_days",
    "trigger_on",
    "trigger_every",
    "trigger_month",
    "trigger_day",
    "trigger_weekdays",
    ("trigger_hour", "trigger_clock"),
)
# The page of a new chain asks no more than this; everything else is written on its picture.
NEW = ("name", *TRIGGER)


class Part(NamedTuple):
    """What one panel of the picture asks about the chain."""

    title: Any
    fields: tuple[str | tuple[str, ...], ...]
    help: Any = ""


PARTS: dict[str, Part] = {
    "about": Part(_("Name"), ("name", "description")),
    "start": Part(_("Who enters and when"), (*TRIGGER, "audience_rule", ("re_entry", "re_entry_days"))),
    "limit": Part(
        _("How many at once"),
        (("surge_limit", "surge_span"), "priority"),
        _("A guard against mistakes: when more people than usual would enter, entry waits for your word."),
    ),
    "end": Part(_("When it ends"), ("goal", "goal_rule", "exit_rule", "exit_on_cancel", "exit_on_reply")),
    "control": Part(_("Does it cause anything?"), ("control_share",)),
}
RULES = ("audience_rule", "goal_rule", "exit_rule")


def form_of(names: Iterable[str]) -> type[ChainForm]:
    """The form with none of its own fields but these."""
    left_out = ChainForm.declared_fields.keys() - set(names)
    return type("ChainPartForm", (ChainForm,), dict.fromkeys(left_out))
