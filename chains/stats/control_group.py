"""What a chain causes: those it writes to beside its control group, and whether there are enough people to tell."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _

from chains.experiments.outcomes import CONTROL_DAYS, as_outcomes, counted_control
from chains.experiments.sample_size import everybody_needed
from chains.experiments.statistics import GroupOutcome, Interval, lift_in_orders, lift_in_revenue
from chains.experiments.wording import amount, between_amounts, between_orders, day_words, plain
from chains.models import Chain, ControlOutcome, Enrolment

# Worth finding: a third more orders than without the chain.
LIFT = 1.3
# Below so many customers with an order nobody knows what to expect.
FEWEST_ORDERED = 10


@dataclass(frozen=True, slots=True)
class ControlEffect:
    """Figures of customers whose days are over; the intervals are of how much more the chain's customers bring."""

    treated: GroupOutcome
    control: GroupOutcome
    orders: Interval | None
    revenue: Interval | None
    needed: int | None  # of the control group; None before anybody knows what to expect
    enough_on: dt.date | None
    counted_at: dt.datetime
    days: int = CONTROL_DAYS

    @property
    def is_enough(self) -> bool:
        return self.needed is not None and self.control.customers >= self.needed

    @property
    def rows(self) -> list[tuple[str, GroupOutcome, str]]:
        return [
            (name, group, amount(group.revenue_per_customer))
            for name, group in ((_("get everything"), self.treated), (_("control group"), self.control))
        ]

    @property
    def words(self) -> str:
        """The lift in orders with its interval, and whether it can be told at all."""
        if self.orders is None:
            return _("Nothing can be told yet: the first customers have not had their %(days)d days.") % {
                "days": self.days
            }
        between = between_orders(self.orders)
        if not self.is_enough:
            return _("The chain brings %(between)s; too few people to tell%(until)s.") % {
                "between": between,
                "until": self._until(),
            }
        if self.orders.low > 0:
            return _("The chain causes orders: it brings %(between)s.") % {"between": between}
        if self.orders.high < 0:
            return _("The chain costs orders: it brings %(between)s.") % {"between": between}
        return _("No effect was found that chance could not make: the chain brings %(between)s.") % {"between": between}

    def _until(self) -> str:
        return _(" until about %(day)s") % {"day": day_words(self.enough_on)} if self.enough_on else ""

    @property
    def revenue_words(self) -> str:
        return _("In revenue: %(between)s.") % {"between": between_amounts(self.revenue)} if self.revenue else ""

    @property
    def power_words(self) -> str:
        """How many of those needed there are."""
        if self.needed is None:
            return ""
        return _(
            "%(have)s of the %(needed)s customers needed in the control group, to tell a third more orders from chance."
        ) % {"have": plain(self.control.customers), "needed": plain(self.needed)}


def control_effect(chain: Chain, now: dt.datetime) -> ControlEffect | None:
    """By the figures counted last, at once where there are none; None for a chain that never had a control group."""
    kept = ControlOutcome.objects.filter(chain=chain).first()
    if kept is None:
        if not Enrolment.objects.filter(chain=chain, is_control=True).exists():
            return None
        kept = counted_control(chain, now)
    outcomes = as_outcomes(kept.figures)
    treated, control = outcomes["treated"], outcomes["control"]
    needed = _needed(treated, control)
    return ControlEffect(
        treated,
        control,
        lift_in_orders(treated, control),
        lift_in_revenue(treated, control),
        needed,
        _enough_on(control, needed, kept),
        kept.counted_at,
    )


def _needed(treated: GroupOutcome, control: GroupOutcome) -> int | None:
    """In the control group, by what it orders, or by what all do while it is small."""
    known = control if control.ordered >= FEWEST_ORDERED else treated
    if known.ordered < FEWEST_ORDERED or not control.assigned or not treated.assigned:
        return None
    base = min(known.ordered / known.customers, 0.7)
    share = control.assigned / (control.assigned + treated.assigned)
    return ceil(everybody_needed(base, base * LIFT, share) * share)


def _enough_on(control: GroupOutcome, needed: int | None, kept: ControlOutcome) -> dt.date | None:
    """When so many have had their days, at the pace at which the group grew until now."""
    drawn = Enrolment.objects.filter(chain=kept.chain_id, is_control=True).order_by("entered_at")
    first = drawn.values_list("entered_at", flat=True).first()
    if needed is None or first is None or not control.assigned:
        return None
    per_day = control.assigned / max((kept.counted_at - first).days, 1)
    to_come = max(needed - control.assigned, 0) / per_day
    if to_come > 3650:
        return None
    return (kept.counted_at + dt.timedelta(days=to_come + CONTROL_DAYS)).date()
