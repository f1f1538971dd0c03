"""One whole pass of the engine, now or at a moment of a replay."""

import datetime as dt
import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from chains.engine.run import tick
from chains.results.attribution import attribute_waiting
from segments.refresh import refresh_due


def moment(text: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a moment such as 2026-03-01T10:00:00+03:00.") from None
    return at if timezone.is_aware(at) else timezone.make_aware(at)


class Command(BaseCommand):
    help = (
        "Refresh segments, attribute orders, enrol, advance, check and send what is due, once; prints counts as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at",
            type=moment,
            help="The moment to act at, e.g. 2026-03-01T10:00:00+03:00; facts later than that must not exist yet.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["at"] or timezone.now()
        # What beat does besides: chains may start by entering a segment.
        segments = refresh_due(now)
        attributed = attribute_waiting(now)
        self.stdout.write(json.dumps({"segments": len(segments), "attributed": attributed, **tick(now)}))
