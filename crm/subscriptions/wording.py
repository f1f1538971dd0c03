from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Subscription


def interval_in_words(every: int, unit: str) -> str:
    is_by_months = unit == Subscription.Unit.MONTH
    if every == 1:
        return _("every month") if is_by_months else _("every day")
    if is_by_months:
        words = ngettext("every %(every)d month", "every %(every)d months", every)
    else:
        words = ngettext("every %(every)d day", "every %(every)d days", every)
    return words % {"every": every}
