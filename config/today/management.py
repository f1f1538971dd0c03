"""The figures in one line, and what a manager has to decide about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.metrics.repeat_rate import RepeatRate
from analytics.metrics.sales import Sales
from analytics.period_counts import count_periods
from analytics.relations import rolled_up
from chains.models import Chain, HealthOverride
from config.today.line import Line, Part, counted
from crm.figures.periods import Period
from crm.figures.wording import money, percent
from crm.models import FetchRun, PrivacyRequest, Shop
from crm.timezones import day_of

DAYS = 30


def management(now: dt.datetime) -> Part:
    return Part(gettext_lazy("The shop"), list(_lines()), told=_figures(now))


def _figures(now: dt.datetime) -> Line | None:
    """Of a shop that has ever sold."""
    today = day_of(now)
    period = Period(today - dt.timedelta(days=DAYS - 1), today)
    [counts] = count_periods(rolled_up(), [period], Shop.load().lapse_days)
    if not counts.buyers_so_far:
        return None
    sales, repeat = Sales.of(counts), RepeatRate.of(counts)
    words = ngettext(
        "In the last 30 days: %(orders)d order for %(revenue)s",
        "In the last 30 days: %(orders)d orders for %(revenue)s",
        sales.orders,
    ) % {"orders": sales.orders, "revenue": money(sales.revenue)}
    if repeat.returning_share is not None:
        words += "; " + _("%(share)s of the buyers had bought before") % {"share": percent(repeat.returning_share)}
    return Line(words, reverse("admin:analytics_dashboard"))


def _lines() -> Iterator[Line]:
    live = Chain.objects.running()
    counts = counted(
        overrides=HealthOverride.objects.standing().filter(chain__in=live),
        imports=FetchRun.objects.filter(Q(status=FetchRun.Status.STOPPED) | Q(failures__gt=0)),
        privacy=PrivacyRequest.objects.open(),
    )
    if counts["imports"]:
        words = ngettext(
            "%(count)d import from a shop has stopped or failed",
            "%(count)d imports from a shop have stopped or failed",
            counts["imports"],
        )
        yield Line(words % {"count": counts["imports"]}, reverse("admin:crm_source_changelist"), is_urgent=True)
    if counts["privacy"]:
        words = ngettext(
            "%(count)d person waits to have their rights kept",
            "%(count)d people wait to have their rights kept",
            counts["privacy"],
        )
        yield Line(words % {"count": counts["privacy"]}, reverse("admin:crm_privacyrequest_changelist"))
    if counts["overrides"]:
        words = ngettext(
            "%(count)d rule of the health check is overridden in a chain that runs",
            "%(count)d rules of the health check are overridden in chains that run",
            counts["overrides"],
        )
        yield Line(words % {"count": counts["overrides"]}, reverse("admin:chains_chain_changelist"))
