from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config import media_backup
from config.database import dump


class Command(BaseCommand):
    help = "Fills an empty database from a file that `manage.py backup` wrote, and brings the pictures beside it back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        dump.load(options["file"])
        if pictures := media_backup.load(options["file"]):
            self.stdout.write(f"Pictures restored from {pictures}.")
        self.stdout.write("Restored. `manage.py start` brings it to this version if it is of an older one.")
