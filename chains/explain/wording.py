"""Moments in words."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format


def moment(at: dt.datetime | None) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else "—"


def day_of(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
