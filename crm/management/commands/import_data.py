from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.intake.files import mappings
from crm.intake.files.header import ATTRIBUTE, IGNORED, own_meanings, possible_meanings
from crm.intake.files.header_words import normalise
from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.kinds import KINDS
from crm.intake.files.problems import FileError
from crm.intake.files.reading import head
from crm.intake.files.report import ImportReport

SECONDS_BETWEEN_LINES = 5.0
SECONDS_BETWEEN_REDRAWS = 0.2
DECIMAL_MARKS = {"point": ".", "comma": ","}


class Command(BaseCommand):
    help = "Imports orders, customers or products from a CSV or XLSX file, gzipped or not. See docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Check everything and say what would change.")
        parser.add_argument(
            "--skip-errors",
            action="store_true",
            help="Import the good rows and write the others with their reasons to FILE.rejected.csv.",
        )
        parser.add_argument("--encoding", default="utf-8", help="Of a CSV file, e.g. cp1251. Default: utf-8.")
        parser.add_argument(
            "--unknown-columns",
            choices=["ignore", "attributes"],
            default="ignore",
            help="What becomes of columns Encore does not know. Default: ignore.",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="THEIRS=OURS",
            help="What a column means, e.g. --map 'Invoice no=order_number'; nothing after = leaves it out.",
        )
        parser.add_argument(
            "--decimals", choices=list(DECIMAL_MARKS), help="What stands before decimals where the file does not tell."
        )
        parser.add_argument(
            "--let-chains-act",
            type=int,
            metavar="DAYS",
            help="Chains act on orders placed in the last so many days. Default: all of it is history.",
        )
        parser.add_argument("--yes", action="store_true", help="Import even where customers would enter chains.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        rejected = path.with_name(f"{path.name}.rejected.csv")
        try:
            report = self._import(path, options, rejected if options["skip_errors"] else None)
        except FileError as trouble:
            raise CommandError(str(trouble)) from trouble
        self._tell(report, rejected)

    def _import(self, path: Path, options: Mapping[str, Any], rejected: Path | None) -> ImportReport:
        kind, days = options["kind"], options["let_chains_act"]
        if days is not None and (days < 1 or not KINDS[kind].starts_chains):
            raise CommandError(_("--let-chains-act is for orders, and takes a number of days from 1."))
        meanings, decimal_mark = _told(kind, path, options)
        chosen: dict[str, Any] = {
            "encoding": options["encoding"],
            "rejected": rejected,
            "keeps_attributes": options["unknown_columns"] == "attributes",
            "meanings": meanings,
            "decimal_mark": DECIMAL_MARKS.get(options["decimals"] or "", decimal_mark),
            "acts_on_days": days,
        }
        if days is not None and not options["dry_run"] and not options["yes"]:
            self._refuse_to_surprise(kind, path, ImportOptions(is_dry_run=True, **chosen))
        return import_file(
            kind,
            path,
            now=timezone.now(),
            options=ImportOptions(is_dry_run=options["dry_run"], **chosen),
            progress=self._progress(),
        )

    def _refuse_to_surprise(self, kind: str, path: Path, options: ImportOptions) -> None:
        would_enter = import_file(kind, path, now=timezone.now(), options=options).would_enter
        if would_enter:
            raise CommandError(
                _("Nothing was imported. Customers would enter chains: %(entrants)s. With --yes they do.")
                % {"entrants": _entrants(would_enter)}
            )

    def _progress(self) -> Any:
        is_terminal = self.stderr.isatty()
        pause = SECONDS_BETWEEN_REDRAWS if is_terminal else SECONDS_BETWEEN_LINES
        told_at = time.monotonic() if not is_terminal else 0.0

        def progress(rows: int, share: float) -> None:
            nonlocal told_at
            if time.monotonic() - told_at < pause:
                return
            told_at = time.monotonic()
            line = _("%(rows)s rows read, %(percent)s %%") % {"rows": f"{rows:,}", "percent": round(share * 100)}
            self.stderr.write(f"\r{line} " if is_terminal else line, ending="" if is_terminal else "\n")

        return progress

    def _tell(self, report: ImportReport, rejected: Path) -> None:
        if self.stderr.isatty():
            self.stderr.write("")
        if report.ignored_columns:
            self.stdout.write(_("Columns not read: %(names)s") % {"names": ", ".join(report.ignored_columns)})
        for problem in report.problems:
            self.stderr.write(str(problem))
        if report.problems_count > len(report.problems):
            self.stderr.write(_("… and %(count)s more") % {"count": report.problems_count - len(report.problems)})
        if report.is_refused:
            raise CommandError(
                _("Nothing was imported: %(problems)s problems in %(rows)s rows. --skip-errors imports the rest.")
                % {"problems": report.problems_count, "rows": report.rows}
            )
        for name, count in report.counts.items():
            self.stdout.write(f"{name}: {count.new} new, {count.changed} changed, {count.unchanged} unchanged")
        if report.would_enter:
            self.stdout.write(_("Customers would enter: %(entrants)s") % {"entrants": _entrants(report.would_enter)})
        if report.rejected_rows:
            self.stdout.write(
                _("%(count)s rows were refused; they are in %(path)s with the reasons.")
                % {"count": report.rejected_rows, "path": rejected}
            )
        if not report.is_applied:
            self.stdout.write(_("This was a dry run: nothing was changed."))


def _entrants(would_enter: Mapping[str, int]) -> str:
    return ", ".join(f"{chain} ({count})" for chain, count in would_enter.items())


def _told(kind: str, path: Path, options: Mapping[str, Any]) -> tuple[list[str] | None, str]:
    """What columns mean: as told, over what is remembered for files of this shape; None goes by our own names."""
    names, _rows = head(path, options["encoding"], 0)
    known = mappings.remembered(kind, names)
    if not options["map"]:
        return (known.meanings, known.decimal_mark) if known else (None, "")
    others = ATTRIBUTE if options["unknown_columns"] == "attributes" and KINDS[kind].takes_attributes else IGNORED
    start = known.meanings if known else own_meanings(names, kind, others)
    return _mapped(kind, names, start, options["map"]), known.decimal_mark if known else ""


def _mapped(kind: str, names: Sequence[str], start: Sequence[str], pairs: Sequence[str]) -> list[str]:
    meanings = [*start, *[IGNORED] * (len(names) - len(start))]
    allowed = [*possible_meanings(KINDS[kind].columns), IGNORED, *[ATTRIBUTE] * KINDS[kind].takes_attributes]
    places = {normalise(name): position for position, name in reversed(list(enumerate(names)))}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        position = places.get(normalise(theirs))
        if not equals or position is None:
            raise CommandError(_("--map %(pair)s: the file has no such column.") % {"pair": pair})
        if ours not in allowed:
            raise CommandError(
                _("--map %(pair)s: write one of %(names)s after the =.")
                % {"pair": pair, "names": ", ".join(filter(None, allowed))}
            )
        meanings = [IGNORED if meaning == ours != ATTRIBUTE else meaning for meaning in meanings]
        meanings[position] = ours
    return meanings
