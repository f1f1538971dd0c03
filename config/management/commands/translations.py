import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import translations


class Command(BaseCommand):
    help = "Compiles the translations; with --check also says what is missing, doubtful or no longer used."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail unless every catalogue is complete")

    def handle(self, *args: Any, **options: Any) -> None:
        directory = Path(settings.BASE_DIR) / "locale"
        if options["check"]:
            self.check_complete(directory)
        for path in translations.compile_stale(directory):
            self.stdout.write(f"Compiled {path.relative_to(directory)}")

    def check_complete(self, directory: Path) -> None:
        found = [problem for path in translations.catalogues(directory) for problem in translations.problems(path)]
        if shutil.which("xgettext"):
            found += translations.unlisted(directory)
        else:
            self.stderr.write("NOT CHECKED: texts missing from the catalogues. For that: apt-get install gettext")
        if found:
            raise CommandError("\n".join(["The translations are not complete:", *found]))
        self.stdout.write("The translations are complete.")
