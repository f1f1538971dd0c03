"""The form of a chain: who enters it and when, how often, and when it ends. Steps have pages of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from chains.models import Chain
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
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

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


BY_EVENT = "trigger == 'event'"
BY_CALENDAR = "(trigger == 'moment' || trigger == 'season')"
BY_SEASON = "trigger == 'season'"
BY_CLOCK = "trigger != 'event' && trigger != 'last_order'"
CONDITIONAL = {
    "trigger_event": BY_EVENT,
    "custom_event": f"{BY_EVENT} && trigger_event == 'custom'",
    "trigger_segment": f"{BY_EVENT} && (trigger_event == 'segment.entered' || trigger_event == 'segment.left')",
    "trigger_attribute": "trigger == 'attribute'",
    "is_yearly": "trigger == 'attribute'",
    "trigger_days": f"trigger != 'event' && !{BY_CALENDAR}",
    "trigger_on": "trigger == 'moment'",
    "trigger_every": BY_SEASON,
    "trigger_weekdays": f"{BY_SEASON} && trigger_every == 'week'",
    "trigger_day": f"{BY_SEASON} && (trigger_every == 'month' || trigger_every == 'year')",
    "trigger_month": f"{BY_SEASON} && trigger_every == 'year'",
    "trigger_hour": BY_CLOCK,
    "trigger_clock": BY_CLOCK,
    "re_entry_days": "re_entry == 'after_days'",
    "goal_rule": "goal == 'rule'",
}
FIELDSETS = (
    (None, {"fields": ("name", "description")}),
    (
        _("Who enters and when"),
        {
            "fields": (
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
                "audience_rule",
                ("re_entry", "re_entry_days"),
                ("surge_limit", "surge_span"),
            )
        },
    ),
    (
        _("When it ends"),
        {"fields": ("goal", "goal_rule", "exit_rule", ("exit_on_cancel", "exit_on_reply"), "priority")},
    ),
)
