import argparse
import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.filters import Filters
from analytics.report import report
from crm.figures.periods import ALL_TIME, Period
from crm.models import Category, Shop
from segments.models import Segment


class Command(BaseCommand):
    help = "Print the figures of the shop, counted from its orders now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs instead of people")
        parser.add_argument("--from", dest="first_on", type=_day, metavar="2026-01-01", help="first day of a period")
        parser.add_argument("--to", dest="last_on", type=_day, metavar="2026-03-31", help="last day of the period")
        parser.add_argument(
            "--lapse-days", type=_count, metavar="180", help="days without an order after which a buyer has lapsed"
        )
        parser.add_argument("--segment", metavar="NAME", help="only present members of this segment")
        parser.add_argument("--category", metavar="NAME", help="only orders with anything of this category")
        parser.add_argument("--source", default="", help="only customers of this acquisition source")

    def handle(self, *args: Any, **options: Any) -> None:
        filters = Filters(
            period=_period(options["first_on"], options["last_on"]),
            segment=_segment(options["segment"]),
            category=_category(options["category"]),
            source=options["source"],
        )
        figures = report(filters, options["lapse_days"] or Shop.load().lapse_days)
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=1))
        else:
            self.stdout.write("\n".join(_lines(figures)))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day such as 2026-03-31") from error


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 100_000:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of days")
    return int(text)


def _period(first_on: dt.date | None, last_on: dt.date | None) -> Period:
    if first_on is None and last_on is None:
        return ALL_TIME
    if first_on is None or last_on is None:
        raise CommandError("Give both days of the period: --from and --to.")
    try:
        return Period(first_on, last_on)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _segment(name: str | None) -> Segment | None:
    if name is None:
        return None
    segment = Segment.objects.filter(name__iexact=name).first()
    if segment is None:
        known = ", ".join(Segment.objects.values_list("name", flat=True)) or "none yet"
        raise CommandError(f"There is no segment “{name}”. Segments: {known}.")
    return segment


def _category(name: str | None) -> Category | None:
    if name is None:
        return None
    found = list(Category.objects.filter(name__iexact=name)[:2])
    if len(found) != 1:
        raise CommandError(f"There is {'more than one' if found else 'no'} category “{name}”.")
    return found[0]


def _lines(figures: dict[str, Any]) -> list[str]:
    """A table of two columns, then one for the period, one of second orders, then cohorts: who was active, and LTV."""
    plain = {name: value for name, value in figures.items() if not isinstance(value, list | dict)}
    lines = _table(plain)
    for period in figures.get("periods", []):
        lines += ["", *_table(period)]
    again = figures["second_order_within_days"]
    lines += ["", *_table({f"second order within {days} days": share for days, share in again.items()})]
    cohorts = figures["cohorts_active_customers_by_month"]
    if cohorts:
        lines += ["", "cohort    active in month 0, 1, 2 …"]
        lines += [f"{month}  {' '.join(f'{active:>6}' for active in cells)}" for month, cells in cohorts.items()]
        lines += ["", "cohort    LTV by month 0, 1, 2 …"]
        values = figures["cohort_ltv"]
        lines += [f"{month}  {' '.join(f'{value:>9.2f}' for value in cells)}" for month, cells in values.items()]
    return lines


def _table(figures: dict[str, Any]) -> list[str]:
    return [f"{name.replace('_', ' '):<30} {_shown(value):>16}" for name, value in figures.items()]


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
