from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.recommendations.nightly import learn


class Command(BaseCommand):
    help = _("Learn what customers buy next and what sells best, as every night does.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("Pairs of products found: %(count)s") % {"count": learn(timezone.now())})
