import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_time_zone(name: str) -> bool:
    return name in _names()


def zone_of(name: str) -> ZoneInfo:
    """The named zone, or the shop's (`TIME_ZONE`) when the name is empty or unknown to this machine."""
    return ZoneInfo(name) if name and is_time_zone(name) else shop_zone()


def shop_zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_default_timezone_name())


def day_of(moment: dt.datetime) -> dt.date:
    """The calendar day of the shop on which this moment falls."""
    return moment.astimezone(shop_zone()).date()


def start_of(day: dt.date) -> dt.datetime:
    """The first moment of this calendar day of the shop."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=shop_zone()).astimezone(dt.UTC)
