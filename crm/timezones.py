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
    if name and is_time_zone(name):
        return ZoneInfo(name)
    return ZoneInfo(timezone.get_default_timezone_name())
