from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from crm.figures import stats


class Command(BaseCommand):
    help = _("Count every customer's figures anew from their orders.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("Customers counted: %(count)s") % {"count": stats.rebuild()})
