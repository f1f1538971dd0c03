from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.rollups import rebuild


class Command(BaseCommand):
    help = "Count the figures of the dashboard anew from all orders."

    def handle(self, *args: Any, **options: Any) -> None:
        dashboard = rebuild(timezone.now())
        self.stdout.write(_("Counted in %(seconds).1f s.") % {"seconds": dashboard.seconds_taken})
