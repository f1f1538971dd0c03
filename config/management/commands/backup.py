from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config import media_backup
from config.database import dump


class Command(BaseCommand):
    help = "Saves the whole database to one file, and uploaded pictures beside it, also while Encore works."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to (default: var/backup/encore-DATE.dump)")
        parser.add_argument(
            "--keep", type=int, help="of those in its folder keep the newest so many, and delete the rest"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = f"encore-{timezone.localtime():%Y-%m-%d-%H%M%S}.dump"
        file = options["file"] or settings.VAR_DIR / "backup" / name
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep must be 1 or more: the one just made is among them.")
        dump.save(file)
        self.stdout.write(f"Saved to {file}")
        if pictures := media_backup.save(file):
            self.stdout.write(f"Pictures saved to {pictures}")
        if options["keep"]:
            for old in dump.forget_old(file.parent, options["keep"]):
                self.stdout.write(f"Deleted {old}")
