"""What speaks against sending an answer as it is written. Whoever wrote it may send it all the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache

from django.contrib.auth.models import User
from django.utils import dates, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm import languages
from crm.models import Case, Order
from crm.service.conversations import seen_of
from crm.service.ready_answers import HOLE
from crm.timezones import day_of

_NUMBER = re.compile(r"(?<![\w@.-])#?№?([\w-]*\d[\w-]*)")
_MENTION = re.compile(r"(?<![\w.@/])@([\w.+-]{2,150})")
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_FIGURES = re.compile(r"(?<![\d.])(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d\d))?(?![\d])")
SHORTEST_NUMBER = 3
# A day without a year that lies further back is one of next year.
LONGEST_PAST = dt.timedelta(days=180)


def doubts(case: Case, text: str, *, has_files: bool, seen: str, now: dt.datetime) -> list[str]:
    """Each in a sentence. `seen` is what `seen_of` said when the form was opened; empty where nobody knows."""
    found = [_unseen(case, seen), _holes(text), _marks(text), _mentions(text), _strange_orders(case, text)]
    return [words for words in (*found, _past_promise(text, day_of(now)), _no_file(text, has_files)) if words]


def _unseen(case: Case, seen: str) -> str:
    if not seen or seen == seen_of(case):
        return ""
    return _("Something was written here after you opened this page. Read it above first.")


def _holes(text: str) -> str:
    holes = list(dict.fromkeys(hole[0] for hole in HOLE.finditer(text)))
    return _("These are not filled in: %(holes)s.") % {"holes": ", ".join(holes)} if holes else ""


def _marks(text: str) -> str:
    mark = _draft_marks().search(text)
    return _("It says “%(mark)s”, as a draft does.") % {"mark": mark[0]} if mark else ""


def _mentions(text: str) -> str:
    named = {name.rstrip(".").lower() for name in _MENTION.findall(text)}
    if not named:
        return ""
    staff = User.objects.filter(is_staff=True).values_list("username", flat=True)
    colleagues = [f"@{name}" for name in staff if name.lower() in named]
    words = _("It speaks to a colleague: %(names)s. The customer would read that.")
    return words % {"names": ", ".join(colleagues)} if colleagues else ""


def _strange_orders(case: Case, text: str) -> str:
    told = {number.strip("-") for number in _NUMBER.findall(text) if len(number.strip("-")) >= SHORTEST_NUMBER}
    if not told:
        return ""
    others = Order.objects.filter(number__in=told).exclude(customer=case.customer_id)
    numbers = list(others.order_by("number").values_list("number", flat=True))
    words = _("This is the order of somebody else: %(numbers)s.")
    return words % {"numbers": ", ".join(numbers)} if numbers else ""


def _past_promise(text: str, today: dt.date) -> str:
    """Of several days in a sentence the last one counts: it was sent on the 1st and comes on the 12th."""
    for sentence in _SENTENCE.split(text):
        last = max(_days(sentence, today), default=today) if _promises().search(sentence) else today
        if last < today:
            return _("It promises something for %(day)s, which is over.") % {"day": date_format(last)}
    return ""


def _no_file(text: str, has_files: bool) -> str:
    return _("It speaks of a file, and there is none.") if not has_files and _attached().search(text) else ""


def _days(sentence: str, today: dt.date) -> Iterator[dt.date]:
    for year, month, day in _ISO.findall(sentence):
        yield from _day(int(day), int(month), int(year), today)
    for day, month, year in _FIGURES.findall(sentence):
        yield from _day(int(day), int(month), int(year or 0), today)
    for first, month, second, year in _named_days().findall(sentence.casefold()):
        yield from _day(int(first or second), _months()[month], int(year or 0), today)


def _day(day: int, month: int, year: int, today: dt.date) -> Iterator[dt.date]:
    try:
        found = dt.date(year + 2000 if 0 < year < 100 else year or today.year, month, day)
        if not year and today - found > LONGEST_PAST:
            found = found.replace(year=today.year + 1)
    except ValueError:
        return
    yield found


@cache
def _months() -> dict[str, int]:
    """By their names in all languages, as they stand alone and in dates."""
    found: dict[str, int] = {}
    for code in languages.codes():
        with translation.override(code):
            for names in (dates.MONTHS, dates.MONTHS_ALT):
                found |= {str(name).casefold(): number for number, name in names.items()}
    return found


@cache
def _named_days() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    return re.compile(rf"(?:\b(\d{{1,2}})\s+)?\b({names})\b(?:\s+(\d{{1,2}})(?!\d))?(?:,?\s+(\d{{4}}))?")


@cache
def _draft_marks() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){languages.pattern('answers', 'draft')}", re.IGNORECASE)


@cache
def _promises() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){languages.pattern('answers', 'promises')}", re.IGNORECASE)


@cache
def _attached() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){languages.pattern('answers', 'attached')}", re.IGNORECASE)
