"""Cells that hold a moment or a date, in the zone of the shop where they name none."""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import partial

from django.utils.translation import gettext as _

from crm.intake.files.cells import Parser, ParseSettings, short_words
from crm.placeholders import EPOCH, NO_DATE, is_no_birth_date

EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")
# A zone that stands apart from its time, as in files of Shopify.
APART = re.compile(r" ([+-]\d{2}:?\d{2})$")
UTC = re.compile(r" ?UTC$")
NOUGHTS = re.compile(r"0000-00-00|00\.00\.0000")


def moment(settings: ParseSettings) -> Parser:
    """Of something that has happened."""
    return partial(_moment, settings)


def needed_moment(settings: ParseSettings) -> Parser:
    """The same, and one that stands for none is refused by name."""
    return partial(_needed_moment, settings)


def _needed_moment(settings: ParseSettings, text: str) -> str:
    found = None if NOUGHTS.match(text) else _happened(settings, text)
    if found and _is_never(found):
        raise ValueError(_("stands where there is no date"))
    return found.isoformat() if found else ""


def _moment(settings: ParseSettings, text: str) -> str:
    found = None if NO_DATE.match(text) else _happened(settings, text)
    return "" if found is None or _is_never(found) else found.isoformat()


def _happened(settings: ParseSettings, text: str) -> dt.datetime:
    found = _aware(settings, text)
    if found.year > settings.now.year + 1 or found > settings.now:
        raise ValueError(_("lies in the future; times without a zone are read in the zone of the shop"))
    return found.astimezone(dt.UTC)


def _is_never(moment: dt.datetime) -> bool:
    """The second from which machines count, wherever on Earth it was read."""
    return abs(moment - EPOCH) <= dt.timedelta(days=1)


def coming_moment(settings: ParseSettings) -> Parser:
    """Of something that was agreed on, and may lie ahead."""
    return partial(_coming_moment, settings)


def _coming_moment(settings: ParseSettings, text: str) -> str:
    if NO_DATE.match(text):
        return ""
    found = _aware(settings, text)
    if found.year >= LATEST_YEAR:
        raise ValueError(_("lies too far ahead"))
    return found.astimezone(dt.UTC).isoformat()


def _aware(settings: ParseSettings, text: str) -> dt.datetime:
    try:
        found = read_moment(text)
    except ValueError:
        raise ValueError(_("is not a moment: write it as 2026-03-01 14:30 or 01.03.2026 14:30")) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=settings.zone)
    if found.year < EARLIEST_YEAR and not _is_never(found):
        raise ValueError(_("lies before 1970"))
    return found


def read_moment(text: str) -> dt.datetime:
    """ISO, or day.month.year; nothing where day and month could be taken for one another."""
    if dotted := DOTTED_DATE.fullmatch(text):
        day, month, year, time = dotted.groups()
        hours = dt.time.fromisoformat(
            (time or "0:00").zfill(5) if time is None or time.count(":") == 1 else time.zfill(8)
        )
        return dt.datetime.combine(dt.date(int(year), int(month), int(day)), hours)
    if not ISO_DATE.fullmatch(text):
        raise ValueError(text)
    return dt.datetime.fromisoformat(APART.sub(r"\1", UTC.sub("Z", text)))


def birth_date(settings: ParseSettings) -> Parser:
    return partial(_birth_date, settings)


def _birth_date(settings: ParseSettings, text: str) -> str:
    if NO_DATE.match(text):
        return ""
    try:
        moment = read_moment(text)
    except ValueError:
        raise ValueError(_("is not a date: write it as 1990-05-17 or 17.05.1990")) from None
    found = moment.date()
    if is_no_birth_date(moment):
        return ""
    if not found.year >= 1900 or found > settings.now.date():
        raise ValueError(_("is not a birth date of someone alive"))
    return found.isoformat()


def milestones(settings: ParseSettings) -> Parser:
    return partial(_milestones, settings)


def _milestones(settings: ParseSettings, text: str) -> str:
    """`name@moment; name@moment`, as a JSON object of moments by name."""
    reached = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, at, moment_text = part.rpartition("@")
        if not at or not name.strip():
            raise ValueError(_("must be written as name@moment; name@moment"))
        reached[short_words(200, name.strip())] = _moment(settings, moment_text.strip())
    return json.dumps({name: at for name, at in reached.items() if at}, ensure_ascii=False)
