"""The variants of an experiment as its page lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from chains.experiments.statistics import GroupOutcome
from chains.experiments.variants import text_parts
from chains.experiments.wording import amount
from chains.messages.written import written_texts
from chains.models import Experiment, ExperimentVariant, MessageTemplate, Step
from chains.models.experiment import AS_IS
from crm.models import Channel, Shop

DiffersIn = Experiment.DiffersIn
LONGEST = 160


@dataclass(frozen=True, slots=True)
class VariantRow:
    letter: str
    says: str
    template: MessageTemplate | None
    share: int
    outcome: GroupOutcome
    revenue: str
    is_as_is: bool

    @property
    def verb(self) -> str:
        return self.letter.lower()


def variant_rows(experiment: Experiment, step: Step | None, outcomes: Mapping[str, GroupOutcome]) -> list[VariantRow]:
    others: dict[str, ExperimentVariant] = {one.letter: one for one in experiment.variants.select_related("template")}
    return [
        _row(experiment, letter, share, others.get(letter) or step, outcomes.get(letter, GroupOutcome()))
        for letter, share in experiment.shares.items()
    ]


def _row(
    experiment: Experiment, letter: str, share: int, terms: Step | ExperimentVariant | None, outcome: GroupOutcome
) -> VariantRow:
    return VariantRow(
        letter,
        _says(experiment, terms) if terms else "—",
        terms.template if terms and experiment.is_in_words else None,
        share,
        outcome,
        amount(outcome.revenue_per_customer),
        letter == AS_IS,
    )


def _says(experiment: Experiment, terms: Step | ExperimentVariant) -> str:
    """What of it is tried, short enough for a table."""
    match experiment.differs_in:
        case DiffersIn.HOUR:
            return "—" if terms.at_hour is None else f"{terms.at_hour:02}:00"
        case DiffersIn.WEEKDAY:
            return _("any day") if terms.at_weekday is None else str(Shop.Weekday(terms.at_weekday).label)
        case DiffersIn.CHANNEL:
            return ", ".join(str(Channel(one).label) for one in terms.channels) or _("in the shop's order")
    return _words(experiment, terms.template) if terms.template else "—"


def _words(experiment: Experiment, template: MessageTemplate) -> str:
    """Of its text in the shop's language, or of any."""
    texts = sorted(written_texts(template), key=lambda text: text.language != settings.LANGUAGE_CODE)
    if not texts:
        return "—"
    told = text_parts(texts[0])
    match experiment.differs_in:
        case DiffersIn.SUBJECT | DiffersIn.OFFER:
            words = told["subject"]
        case DiffersIn.PREHEADER:
            words = told["preheader"]
        case DiffersIn.BUTTON:
            words = told["button"][0][1]["label"] if told["button"] else ""
        case DiffersIn.LENGTH:
            count = sum(len(block.content["source"].split()) for block in texts[0].blocks if block.kind == "words")
            words = _("%(count)d words: ") % {"count": count} + told["opening"]
        case _:
            words = told["opening"]
    return (words if len(words) <= LONGEST else f"{words[:LONGEST]}…") or "—"
