from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.database import server


class Command(BaseCommand):
    help = "Stops the PostgreSQL that Encore brings along."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if server.stop(settings.VAR_DIR / "postgres"):
            self.stdout.write("PostgreSQL has stopped; everything is on disk.")
        else:
            self.stdout.write("PostgreSQL was not running.")
