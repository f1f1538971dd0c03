"""Rules of earning in words, as staff read them: 1 point for each €10, only Tea, until 31 December."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import EarningRule
from crm.shop_currency import shop_currency

Way = EarningRule.Way


def in_words(rule: EarningRule) -> str:
    parts = [_what(rule), *_scope(rule), *_days(rule), *_caps(rule)]
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def points_in_words(points: int) -> str:
    words = ngettext("%(count)s point", "%(count)s points", points)
    return words % {"count": number_format(points, force_grouping=True)}


def _what(rule: EarningRule) -> str:
    occasion = rule.get_occasion_display()
    if rule.way == Way.TIMES:
        return _("%(times)s times the points for %(occasion)s") % {"times": _plain(rule.times), "occasion": occasion}
    words = {"points": points_in_words(rule.points), "occasion": occasion}
    if rule.way == Way.FIXED:
        return _("%(points)s for %(occasion)s") % words
    words["amount"] = f"{_plain(rule.per)} {shop_currency()}"
    return _("%(points)s for each %(amount)s of %(occasion)s") % words


def _scope(rule: EarningRule) -> Iterator[str]:
    if scope := rule.product or rule.category:
        yield _("only %(scope)s") % {"scope": scope}


def _days(rule: EarningRule) -> Iterator[str]:
    if rule.starts_on:
        yield _("from %(day)s") % {"day": date_format(rule.starts_on)}
    if rule.ends_on:
        yield _("until %(day)s") % {"day": date_format(rule.ends_on)}


def _caps(rule: EarningRule) -> Iterator[str]:
    if rule.most_by_order:
        yield _("at most %(points)s for an order") % {"points": points_in_words(rule.most_by_order)}
    if rule.most_by_month:
        yield _("at most %(points)s in a month") % {"points": points_in_words(rule.most_by_month)}


def _plain(value: Decimal | int) -> str:
    """Without decimals where there are none."""
    value = Decimal(value)
    return number_format(value.normalize() if value % 1 else int(value), force_grouping=True)
