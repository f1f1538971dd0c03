"""What was found, and what is still to come, in sentences: “B brings between +1.2 and +4.5 orders per hundred …”."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from chains.experiments.outcomes import as_outcomes
from chains.experiments.planning import Plan, needed_of
from chains.experiments.statistics import GroupOutcome, Interval
from chains.experiments.verdict import Comparison, Judgement, Verdict, judge
from chains.messages.wording import money
from chains.models import Experiment
from crm.shop_currency import shop_currency


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def signed(value: float, pattern: str = "0.0") -> str:
    return str(format_decimal(round(value, 4), format=f"+{pattern};−{pattern}", locale=_language()[:2]))  # noqa: RUF001


def plain(value: float | int, pattern: str = "#,##0") -> str:
    return str(format_decimal(value, format=pattern, locale=_language()[:2]))


def amount(value: float | None) -> str:
    return "—" if value is None else money(Decimal(value).quantize(Decimal("0.01")), shop_currency(), _language())


def between_orders(interval: Interval) -> str:
    return _("between %(low)s and %(high)s orders per hundred customers") % {
        "low": signed(100 * interval.low),
        "high": signed(100 * interval.high),
    }


def between_amounts(interval: Interval) -> str:
    low, high = (f"{'−' if bound < 0 else '+'}{amount(abs(bound))}" for bound in (interval.low, interval.high))  # noqa: RUF001
    return _("between %(low)s and %(high)s per customer") % {"low": low, "high": high}


def verdict_words(experiment: Experiment, plan: Plan | None = None, now: dt.datetime | None = None) -> str:
    """The whole of what may be said of it."""
    judgement = judge(experiment)
    match judgement.verdict:
        case Verdict.EARLY:
            return _progress(experiment, plan, now)
        case Verdict.STOPPED:
            return _("Stopped before it had its size: no verdict.")
        case Verdict.UNEVEN:
            return _uneven(experiment)
        case Verdict.TOO_FEW:
            return _("Its time was up before enough customers could order (%(have)s of %(needed)s): no verdict.") % {
                "have": plain(_judged_customers(as_outcomes(experiment.figures))),
                "needed": plain(experiment.planned_size or 0),
            }
    return _found(judgement)


def _found(judgement: Judgement) -> str:
    sentences = [_compared(one) for one in judgement.comparisons]
    match judgement.verdict:
        case Verdict.BETTER:
            head = _("%(letter)s is better.") % {"letter": judgement.winner}
        case Verdict.AS_IS_BEST:
            head = _("A, the message as it is, is better.")
        case _:
            head = _("No difference was found that chance could not make.")
    return " ".join([head, *sentences])


def _compared(one: Comparison) -> str:
    if one.orders is None:
        return _("%(letter)s cannot be compared with A.") % {"letter": one.letter}
    return _("%(letter)s brings %(between)s compared with A.") % {
        "letter": one.letter,
        "between": between_orders(one.orders),
    }


def _progress(experiment: Experiment, plan: Plan | None, now: dt.datetime | None) -> str:
    have = _judged_customers(as_outcomes(experiment.figures))
    words = ngettext(
        "No verdict yet: %(have)s of the %(needed)s customers needed have had their %(days)d day.",
        "No verdict yet: %(have)s of the %(needed)s customers needed have had their %(days)d days.",
        experiment.outcome_days,
    ) % {"have": plain(have), "needed": plain(experiment.planned_size or 0), "days": experiment.outcome_days}
    day = expected_on(experiment, plan, now) if plan and now else None
    if day is None:
        return words
    when = _("About %(day)s at this pace.") % {"day": day_words(day)}
    return f"{words} {when}"


def day_words(day: dt.date) -> str:
    """Fit for the end of a sentence."""
    return date_format(day, "j E Y")


def expected_on(experiment: Experiment, plan: Plan, now: dt.datetime) -> dt.date | None:
    """The day of the verdict at today's pace."""
    if not plan.flow.per_day:
        return None
    drawn = sum(one.assigned for one in as_outcomes(experiment.figures).values())
    to_come = max(plan.size - drawn, 0) / plan.flow.per_day
    return (now + dt.timedelta(days=to_come + experiment.outcome_days)).date()


def _uneven(experiment: Experiment) -> str:
    outcomes = as_outcomes(experiment.figures)
    groups = ", ".join(
        f"{letter} {plain(outcomes.get(letter, GroupOutcome()).assigned)} ({share} %)"
        for letter, share in experiment.shares.items()
    )
    return _(
        "No verdict: the groups are not as large as their shares (%(groups)s). Something else than chance drew."
    ) % {"groups": groups}


def _judged_customers(outcomes: Mapping[str, GroupOutcome]) -> int:
    return sum(one.customers for one in outcomes.values())


def plan_words(experiment: Experiment, plan: Plan) -> str:
    """How many it takes, and how long that is."""
    sizes = ", ".join(f"{letter} {plain(count)}" for letter, count in needed_of(plan.size, experiment.shares).items())
    size = _("It takes %(size)s customers (%(sizes)s).") % {"size": plain(plan.size), "sizes": sizes}
    return f"{size} {_how_long(plan)}"


def _how_long(plan: Plan) -> str:
    if plan.days is None:
        return _("Nobody has come to this step yet, so nobody knows how long that is: rehearse the chain to find out.")
    told = {"pace": plain(plan.flow.per_day, "#,##0.#"), "outcome": plan.outcome_days, "count": plan.days}
    when = ngettext(
        "A verdict after about %(count)d day, the last %(outcome)d of them for the last customers to order.",
        "A verdict after about %(count)d days, the last %(outcome)d of them for the last customers to order.",
        plan.days,
    )
    pace = _("By the rehearsal %(pace)s a day come here.") if plan.flow.is_rehearsed else _("%(pace)s a day come here.")
    return f"{pace % told} {when % told}"
