"""Make the demo shop: two years of simulated orders, chains on, history to look at."""

from __future__ import annotations

import time
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from config.demo.load import is_loaded, load
from config.demo.logins import ensure_logins
from config.demo.ongoing import schedule_purchases


class Command(BaseCommand):
    help = "Fills an empty database with a simulated appliance shop. Run again, it changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_loaded():
            self.stdout.write(_("The demo shop is here already."))
        else:
            self._load()
        schedule_purchases()
        self.stdout.write(_("Sign in as:"))
        for name, password in ensure_logins().items():
            self.stdout.write(f"  {name:<10} {password}")

    def _load(self) -> None:
        began = time.monotonic()
        try:
            load(timezone.now(), say=self.stdout.write)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("Done in %(seconds)d seconds.") % {"seconds": time.monotonic() - began})
