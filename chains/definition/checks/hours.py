"""Hours and terms that cannot be kept as they are planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding, place_of
from chains.definition.tree import Node, all_nodes
from chains.engine.guard.quiet_hours import QuietTime
from chains.models import Step
from crm.models import Shop

SHORTEST_TERM = 3
ANY_DAY = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - an hour of whatever day


def hour_problems(nodes: list[Node], shop: Shop) -> Iterator[Finding]:
    quiet = QuietTime(shop.quiet_from, shop.quiet_until)
    for node in all_nodes(nodes):
        step = node.step
        if step.is_touch and step.at_hour is not None and quiet.covers(ANY_DAY.replace(hour=step.at_hour)):
            words = _("%(hour)d:00 lies in the quiet hours: it goes when they end, at %(end)s.")
            yield Finding(
                Code.QUIET_HOURS,
                words % {"hour": step.at_hour, "end": shop.quiet_until.strftime("%H:%M")},
                place_of(node),
            )
        days = step.coupon_days if step.kind == Step.Kind.CHANGE and step.change == Step.Change.ISSUE_COUPON else None
        if days is not None and days < SHORTEST_TERM:
            words = ngettext(
                "the coupon ends %(days)d day after its letter: many open a letter later than that.",
                "the coupon ends %(days)d days after its letter: many open a letter later than that.",
                days,
            )
            yield Finding(Code.COUPON_TERM, words % {"days": days}, place_of(node))
