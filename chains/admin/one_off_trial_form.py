"""The part of a one-off message's form that tries it on a share of the segment first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from chains.definition.one_off_trial import Trial
from chains.experiments.planning import lift_that_can_be_told
from chains.experiments.variants import rewrite
from chains.experiments.wording import plain
from chains.messages.written import WrittenText
from chains.models import Experiment
from crm.models import Channel, Shop

# What to expect of a hundred customers before anything is known.
EXPECTED_PERCENT = 2
NUMBER = {"type": "number", "inputmode": "numeric"}
DiffersIn = Experiment.DiffersIn
# What is no matter of the words, by the field that says what B has.
TERMS = {DiffersIn.HOUR: "at_hour", DiffersIn.WEEKDAY: "at_weekday", DiffersIn.CHANNEL: "channel"}
# B waits for its day up to a week, and then its readers need time to order.
WEEKDAY_DAYS = 10
ANYTHING: list[dict[str, list[str]]] = [{"differs_in": DiffersIn.values}]
SHOWN_WHEN: dict[str, list[dict[str, list[str]]]] = {
    "share": ANYTHING,
    "days": ANYTHING,
    **{name: [{"differs_in": [what]}] for what, name in TERMS.items()},
    **{f"instead_{code}": [{"differs_in": sorted(Experiment.IN_WORDS)}] for code, _name in settings.LANGUAGES},
}


def _select(label: Any, choices: Any, coerce: Any = int) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "—"), *choices],
        coerce=coerce,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


class TrialForm(forms.Form):
    differs_in = forms.ChoiceField(
        label=gettext_lazy("What differs"),
        choices=[("", gettext_lazy("nothing: everybody gets the same")), *DiffersIn.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    at_hour = _select(gettext_lazy("B goes at the hour of the customer's day"), [(h, f"{h:02}:00") for h in range(24)])
    at_weekday = _select(gettext_lazy("B goes on the next"), Shop.Weekday.choices)
    channel = _select(gettext_lazy("B goes first over"), Channel.choices, coerce=str)
    share = forms.IntegerField(
        label=gettext_lazy("Tried on how many of a hundred"),
        initial=20,
        min_value=5,
        max_value=90,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs=NUMBER),
        help_text=gettext_lazy("Half of them get A, half B, by chance."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Judged after, days"),
        initial=3,
        min_value=3,
        max_value=30,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs=NUMBER),
        help_text=gettext_lazy("By orders. The better one then goes to the rest; if that is unclear, A does."),
    )

    prefix = "trial"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = settings.LANGUAGE_CODE
        for code, name in sorted(settings.LANGUAGES, key=lambda language: language[0] != own):
            self.fields[f"instead_{code}"] = forms.CharField(
                label=_("What B says instead, in %(language)s") % {"language": name},
                required=False,
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        what = given.get("differs_in", "")
        place = TERMS.get(what) or f"instead_{settings.LANGUAGE_CODE}"
        if what and given.get(place) in ("", None):
            self.add_error(place, _("Say what B has instead.") if what in TERMS else _("Say what B says instead."))
        if what == DiffersIn.WEEKDAY and (given.get("days") or 0) < WEEKDAY_DAYS:
            words = _("At least %(days)d days: B waits for its day up to a week.")
            self.add_error("days", words % {"days": WEEKDAY_DAYS})
        return given

    def refuse_for(self, channels: Sequence[str], hour: int | None) -> None:
        """What B has must be another thing than what the message has; None: it goes now."""
        given = self.cleaned_data
        if given["differs_in"] == DiffersIn.CHANNEL:
            first = in_order(channels)[0]
            if given["channel"] not in channels:
                self.add_error("channel", _("The message has no text for this channel: choose a template that has."))
            elif given["channel"] == first:
                self.add_error("channel", _("A goes first over this channel already."))
        if given["differs_in"] == DiffersIn.HOUR and given["at_hour"] == hour:
            self.add_error("at_hour", _("A goes at this hour already."))

    def trial_of(self, channels: Sequence[str]) -> Trial | None:
        """None: everybody gets the same."""
        given, what = self.cleaned_data, self.cleaned_data["differs_in"]
        if not what:
            return None
        instead, terms = {}, {}
        if what == DiffersIn.CHANNEL:
            first = given["channel"]
            terms = {"channels": [first, *(one for one in in_order(channels) if one != first)]}
        elif what in TERMS:
            terms = {TERMS[what]: given[TERMS[what]]}
        else:
            instead = {code: words for code, _name in settings.LANGUAGES if (words := given[f"instead_{code}"])}
        return Trial(what, instead, given["share"] or 20, given["days"] or 3, terms)


def in_order(channels: Sequence[str]) -> list[str]:
    """As the shop prefers them."""
    order = Shop.load().channel_order
    return sorted(channels, key=lambda one: order.index(one) if one in order else len(order))


def texts_of_b(texts: Iterable[WrittenText], trial: Trial) -> list[WrittenText]:
    """The letters that B changes, as B has them."""
    return [
        rewrite(text, trial.differs_in, trial.instead[text.language])
        for text in texts
        if text.channel == Channel.EMAIL and text.language in trial.instead
    ]


def what_can_be_told(total: int, trial: Trial) -> str:
    """Said before it is sent: how many it is tried on, and how large a gain they can tell from chance."""
    tried = round(total * trial.share / 100)
    told = {"tried": plain(tried), "days": trial.days, "expected": plain(EXPECTED_PERCENT)}
    lift = lift_that_can_be_told(Decimal(EXPECTED_PERCENT), tried)
    if lift is None:
        words = _(
            "Customers it is tried on: %(tried)s, for %(days)d days. If %(expected)s of a hundred order, so few cannot "
            "even tell three times as many orders from chance: most likely A goes to the rest."
        )
        return words % told
    words = _(
        "Customers it is tried on: %(tried)s, for %(days)d days. If %(expected)s of a hundred order, they can tell a "
        "gain of %(lift)d %% or more from chance. If it is unclear by then, A goes to the rest."
    )
    return words % {**told, "lift": lift}
