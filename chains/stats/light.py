"""While a chain is live: a light that turns when it annoys, and one that tells when it stands still.

Replies are read as interest, unsubscribes and spam reports as too much. Judged by what was sent in
the last 30 days, as it is counted by day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.models import Chain
from chains.results.reading import Results, chain_results
from chains.stats.standing_still import Standstill, standstills
from crm.figures.periods import Period
from crm.models import Shop
from crm.timezones import day_of

DAYS = 30
# Percent of what was sent: the field's flows lose less than half a percent to unsubscribing.
UNSUBSCRIBES_RED, UNSUBSCRIBES_AMBER = 2.0, 0.5
# So that one angry person out of ten turns nothing red.
MANY_UNSUBSCRIBES, SOME_UNSUBSCRIBES, LEAST_AGAINST = 5, 2, 5


class Limits(NamedTuple):
    """From which percent of spam reports it is amber, and red, and how many make it red at least."""

    amber: float = 0.1
    red: float = 0.3
    least: int = 3

    @classmethod
    def of(cls, shop: Shop) -> Limits:
        """Those at which the shop warns, and at which marketing letters stop by themselves."""
        return cls(float(shop.spam_warn_percent), float(shop.spam_stop_percent), shop.spam_stop_least)


USUAL = Limits()


class Colour(StrEnum):
    GREY = "grey"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one chain in the window: messages sent, and how many of them were answered in each way."""

    sent: int = 0
    replied: int = 0
    unsubscribed: int = 0
    complained: int = 0

    @classmethod
    def of(cls, results: Results) -> Answers:
        return cls(results.sent, results.replied, results.unsubscribed, results.complained)


@dataclass(frozen=True, slots=True)
class Light:
    colour: Colour
    answers: Answers
    reasons: tuple[str, ...]  # in words; none while it is green
    standstill: Standstill | None = None
    limits: Limits = USUAL

    @property
    def is_red(self) -> bool:
        return self.colour == Colour.RED

    @property
    def standstill_words(self) -> str:
        return standstill_words(self.standstill) if self.standstill else ""

    @property
    def counts(self) -> str:
        return _("%(replied)d replies against %(unsubscribed)d unsubscribes and %(complained)d spam reports") % {
            "replied": self.answers.replied,
            "unsubscribed": self.answers.unsubscribed,
            "complained": self.answers.complained,
        }


def lights(chains: Iterable[Chain], shop: Shop, now: dt.datetime) -> dict[int, Light]:
    """Of those that are live or paused, by their ids; three queries, however many chains."""
    running = [chain for chain in chains if chain.status in (Chain.Status.LIVE, Chain.Status.PAUSED)]
    if not running:
        return {}
    period = Period(day_of(now) - dt.timedelta(days=DAYS - 1), day_of(now))
    results = chain_results(period, [chain.pk for chain in running])
    still = standstills([chain for chain in running if chain.is_live], now)
    return {
        chain.pk: judged(Answers.of(results.get(chain.pk, Results())), still.get(chain.pk), Limits.of(shop))
        for chain in running
    }


def judged(answers: Answers, standstill: Standstill | None = None, limits: Limits = USUAL) -> Light:
    found = list(_verdicts(answers, limits))
    colour = max((verdict.colour for verdict in found), key=list(Colour).index, default=Colour.GREEN)
    if not answers.sent:
        colour = Colour.GREY
    return Light(colour, answers, tuple(verdict.words for verdict in found), standstill, limits)


class Verdict(NamedTuple):
    colour: Colour
    words: str


def _verdicts(answers: Answers, limits: Limits) -> Iterator[Verdict]:
    complaints, unsubscribes = _percent(answers.complained, answers), _percent(answers.unsubscribed, answers)
    if answers.complained >= limits.least and complaints >= limits.red:
        yield Verdict(Colour.RED, _above(_("spam reports"), complaints, limits.red))
    elif answers.complained and complaints >= limits.amber:
        yield Verdict(Colour.AMBER, _above(_("spam reports"), complaints, limits.amber))
    if answers.unsubscribed >= MANY_UNSUBSCRIBES and unsubscribes >= UNSUBSCRIBES_RED:
        yield Verdict(Colour.RED, _above(_("unsubscribes"), unsubscribes, UNSUBSCRIBES_RED))
    elif answers.unsubscribed >= SOME_UNSUBSCRIBES and unsubscribes >= UNSUBSCRIBES_AMBER:
        yield Verdict(Colour.AMBER, _above(_("unsubscribes"), unsubscribes, UNSUBSCRIBES_AMBER))
    if LEAST_AGAINST <= _against(answers) > answers.replied:
        yield Verdict(Colour.AMBER, _("more people turned away than replied"))


def _above(name: str, rate: float, line: float) -> str:
    return _("%(name)s: %(rate)s %% of what was sent, where %(line)s %% is too much") % {
        "name": name,
        "rate": number_format(rate, 2),
        "line": number_format(line, 1),
    }


def _percent(count: int, answers: Answers) -> float:
    return 100 * count / answers.sent if answers.sent else 0.0


def _against(answers: Answers) -> int:
    return answers.unsubscribed + answers.complained


def standstill_words(standstill: Standstill) -> str:
    if standstill.stuck:
        words = ngettext(
            "It stands still: %(count)d customer should have gone on more than %(hours)d hours ago.",
            "It stands still: %(count)d customers should have gone on more than %(hours)d hours ago.",
            standstill.stuck,
        )
        return words % {"count": standstill.stuck, "hours": standstill.stuck_hours}
    words = ngettext(
        "It stands still: nobody has entered for %(days)d day, and until now it was never longer than %(usual)d.",
        "It stands still: nobody has entered for %(days)d days, and until now it was never longer than %(usual)d.",
        standstill.silent_days,
    )
    return words % {"days": standstill.silent_days, "usual": standstill.usual_days}
