"""One whole pass of the engine, now or at a moment of a replay."""

import datetime as dt
import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from chains.engine.run import tick


def moment(text: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a moment such as 2026-03-01T10:00:00+03:00.") from None
    return at if timezone.is_aware(at) else timezone.make_aware(at)


class Command(BaseCommand):
    help = "Enrol, advance, check and send whatever is due, once; prints counts as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at",
            type=moment,
            help="The moment to act at, e.g. 2026-03-01T10:00:00+03:00; facts later than that must not exist yet.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(tick(options["at"] or timezone.now())))
