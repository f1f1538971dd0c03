"""A chain against the shop's own past, before a single message leaves."""

import datetime as dt
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chains.definition.publishing import NotPublishable
from chains.models import Chain
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from chains.simulate.rehearsal.replica.replica import LiveSession
from chains.simulate.rehearsal.wording import report


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-03-01.") from None


class Command(BaseCommand):
    help = "Tell what a chain, as its draft stands, would have done in days that are past. Writes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("chain", help="Its name or its number.")
        parser.add_argument("--from", dest="first_on", type=day, required=True, help="The first day, 2026-01-01.")
        parser.add_argument("--to", dest="last_on", type=day, required=True, help="The last day, included.")
        parser.add_argument("--json", action="store_true", help="Everything as JSON, every message included.")

    def handle(self, *args: Any, **options: Any) -> None:
        chain = self._chain(options["chain"])
        try:
            period = RehearsalPeriod.of(options["first_on"], options["last_on"], timezone.now())
            result = rehearse(chain, period, self._tell, with_log=options["json"])
        except NotPublishable as error:
            raise CommandError("\n".join(["The draft cannot run yet:", *error.problems])) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        finally:
            self._tell_end()
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(report(result)))

    def _chain(self, named: str) -> Chain:
        found = Chain.objects.filter(name=named).first()
        if found is None and named.isdecimal():
            found = Chain.objects.filter(pk=int(named)).first()
        if found is None:
            known = ", ".join(f"“{name}”" for name in Chain.objects.values_list("name", flat=True))
            raise CommandError(f"There is no chain “{named}”. There are: {known or 'none'}.")
        return found

    def _tell(self, share: float, live_session: LiveSession) -> None:
        """Only to somebody who watches: a file or a pipe would keep every step of it."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{share:4.0%}", ending="")

    def _tell_end(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r", ending="")
