"""Points for birthdays, once a year for each customer."""

from __future__ import annotations

import calendar
import datetime as dt

from django.db.models import Exists, OuterRef, Q

from crm.loyalty.earning import earn
from crm.models import Customer, Earning, EarningRule
from crm.timezones import day_of

# A night that was missed is made up for.
DAYS = 3
# Whoever turns out to be one with somebody else may have had theirs under another number this year.
NOT_AGAIN = dt.timedelta(days=300)
BATCH = 1_000


def earn_birthdays(now: dt.datetime) -> int:
    if not EarningRule.objects.at(day_of(now)).filter(occasion=EarningRule.Occasion.BIRTHDAY).exists():
        return 0
    done = 0
    for ago in range(DAYS):
        day = day_of(now) - dt.timedelta(days=ago)
        people = _born_on(day, now)
        for start in range(0, len(people), BATCH):
            occasion = EarningRule.Occasion.BIRTHDAY
            done += earn(occasion, people[start : start + BATCH], key=f"birthday:{day.year}", at=now)
    return done


def _born_on(day: dt.date, now: dt.datetime) -> list[int]:
    """Who was born on 29 February has their day on the 28th in a year without one."""
    born = Q(born_on__month=day.month, born_on__day=day.day)
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
        born |= Q(born_on__month=2, born_on__day=29)
    lately = Earning.objects.filter(
        customer=OuterRef("pk"), rule__occasion=EarningRule.Occasion.BIRTHDAY, earned_at__gt=now - NOT_AGAIN
    )
    people = Customer.objects.current().filter(born, ~Exists(lately))
    return list(people.order_by("pk").values_list("pk", flat=True))
