from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from config.database import dump


class Command(BaseCommand):
    help = "Saves the whole database to one file, also while Encore works."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to (default: var/backup/encore-DATE.dump)")

    def handle(self, *args: Any, **options: Any) -> None:
        name = f"encore-{timezone.localtime():%Y-%m-%d-%H%M%S}.dump"
        file = options["file"] or settings.VAR_DIR / "backup" / name
        dump.save(file)
        self.stdout.write(f"Saved to {file}")
