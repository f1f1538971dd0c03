from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from chains.results.rollups import rebuild


class Command(BaseCommand):
    help = "Count the results of chains anew from all touches and orders."

    def handle(self, *args: Any, **options: Any) -> None:
        count = rebuild(timezone.now())
        self.stdout.write(_("Counted in %(seconds).1f s.") % {"seconds": count.seconds_taken})
