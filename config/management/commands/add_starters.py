from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.starters import add_missing


class Command(BaseCommand):
    help = "Adds the segments and chains a new shop begins with, as far as they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        added = add_missing(timezone.now())
        for name in added:
            self.stdout.write(f"Added {name}")
        if not added:
            self.stdout.write("Nothing is missing.")
