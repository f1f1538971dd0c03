"""The results of a chain, or of the list of chains, as a file for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from chains.models import Chain
from chains.results.definitions import MEASURES
from chains.results.reading import Results
from crm.figures.periods import Period
from crm.shop_currency import shop_currency
from crm.spreadsheet_cells import harmless_row
from segments.models import Segment


def chain_file(
    chain: Chain, period: Period, segment: Segment | None, rows: Sequence[tuple[str, Results]]
) -> HttpResponse:
    """A line a step, by its name."""
    names = [chain.name, *([segment.name] if segment else [])]
    told = [period.first_on, period.last_on, segment.name if segment else _("everybody")]
    heads = [_("chain"), _("step"), _("first day"), _("last day"), _("segment at entry")]
    return _as_csv(names, period, heads, [([chain.name, step, *told], results) for step, results in rows])


def list_file(names: Sequence[str], period: Period, rows: Sequence[tuple[Chain, Results]]) -> HttpResponse:
    """A line a chain; `names` say which are listed."""
    heads = [_("chain"), _("status"), _("first day"), _("last day")]
    return _as_csv(names, period, heads, [
        ([chain.name, chain.get_status_display(), period.first_on, period.last_on], results) for chain, results in rows
    ])  # fmt: skip


def _as_csv(
    names: Sequence[str], period: Period, heads: Sequence[str], lines: Sequence[tuple[Sequence[Any], Results]]
) -> HttpResponse:
    """Plain numbers with a point. The mark at the start says that the text is UTF-8."""
    about = "-".join(slugify(each, allow_unicode=True)[:60] for each in names)
    response = HttpResponse("\N{ZERO WIDTH NO-BREAK SPACE}", content_type="text/csv; charset=utf-8")
    name = f"encore-{about}-{period.first_on}-{period.last_on}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    writer = csv.writer(response)
    writer.writerow([*heads, *_headings()])
    writer.writerows(harmless_row([*told, *_numbers(results)]) for told, results in lines)
    return response


def _headings() -> Iterator[str]:
    for measure in MEASURES:
        is_money = measure.name.startswith("revenue")
        yield f"{measure.label}, {shop_currency()}" if is_money else str(measure.label)
        if measure.rate_of:
            yield f"{measure.label}, {measure.rate_of}"
        if measure.name == "revenue":
            yield _("revenue after a click, %(currency)s") % {"currency": shop_currency()}


def _numbers(results: Results) -> Iterator[Any]:
    for measure in MEASURES:
        value = getattr(results, measure.name)
        yield "" if value is None else round(value, 4) if measure.name == "revenue_per_recipient" else value
        if measure.rate_of:
            rate = results.percent(measure.name)
            yield "" if rate is None else round(rate, 4)
        if measure.name == "revenue":
            yield results.revenue_by_click
