from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.database import dump


class Command(BaseCommand):
    help = "Fills an empty database from a file that `manage.py backup` wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        dump.load(options["file"])
        self.stdout.write("Restored. `manage.py start` brings it to this version if it is of an older one.")
