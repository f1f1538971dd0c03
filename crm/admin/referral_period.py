from __future__ import annotations

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.timezones import day_of, start_of

USUAL_DAYS = 90
PERIODS = [("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")), ("36500", _("all the time"))]


class ReferralPeriodForm(forms.Form):
    days = forms.ChoiceField(label=_("in the last"), choices=PERIODS, initial=str(USUAL_DAYS), required=False)

    def bounds(self, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """Whole days of the shop, today's with them; the usual ones where nothing sensible was chosen."""
        days = int(self.cleaned_data["days"] or USUAL_DAYS) if self.is_valid() else USUAL_DAYS
        today = day_of(now)
        return start_of(today - dt.timedelta(days=days - 1)), start_of(today + dt.timedelta(days=1))
