"""The part of a one-off message's form that tries it on a share of the segment first."""

from __future__ import annotations

from collections.abc import Iterable
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
from crm.models import Channel

# What to expect of a hundred customers before anything is known.
EXPECTED_PERCENT = 2
NUMBER = {"type": "number", "inputmode": "numeric"}


class TrialForm(forms.Form):
    differs_in = forms.ChoiceField(
        label=gettext_lazy("What differs"),
        choices=[("", gettext_lazy("nothing: everybody gets the same")), *sorted(
            (choice, label) for choice, label in Experiment.DiffersIn.choices if choice in Experiment.IN_WORDS
        )],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
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
        if given.get("differs_in") and not given.get(f"instead_{settings.LANGUAGE_CODE}"):
            self.add_error(f"instead_{settings.LANGUAGE_CODE}", _("Say what B says instead."))
        return given

    @property
    def trial(self) -> Trial | None:
        """None: everybody gets the same."""
        given = self.cleaned_data
        if not given["differs_in"]:
            return None
        instead = {code: words for code, _name in settings.LANGUAGES if (words := given[f"instead_{code}"])}
        return Trial(given["differs_in"], instead, given["share"] or 20, given["days"] or 3)


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
