from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F, Func, Q, TextField
from django.utils.translation import gettext_lazy as _

from crm.models import Channel, Contact, Customer, Purpose
from segments.vocabulary.comparing import exists, given, moment, number, opposite_if, texts
from segments.vocabulary.field import PROFILE, Field, Scope
from segments.vocabulary.operators import COMPARISONS, IDENTITY, KNOWN, MOMENTS, NEXT, POSSESSION, UNKNOWN
from segments.vocabulary.values import Number, Several

if TYPE_CHECKING:
    from segments.rules import Condition


def _suggest(column: str) -> Callable[[str, int], list[tuple[str, str]]]:
    """Offers what customers of the shop have in this column."""

    def suggest(text: str, limit: int) -> list[tuple[str, str]]:
        found = (
            Customer.objects.current()
            .exclude(**{column: ""})
            .filter(**{f"{column}__istartswith": text})
            .order_by(column)
            .values_list(column, flat=True)
            .distinct()
        )
        return [(value, value) for value in found[:limit]]

    return suggest


def _suggest_tags(text: str, limit: int) -> list[tuple[str, str]]:
    tags = Customer.objects.current().annotate(tag=Func(F("tags"), function="unnest", output_field=TextField()))
    found = {tag for tag in tags.order_by().values_list("tag", flat=True).distinct() if text.lower() in tag.lower()}
    return [(tag, tag) for tag in sorted(found)[:limit]]


def years_before(day: dt.date, years: int) -> dt.date:
    """The last birth date whose bearer is `years` old on this day; one born on 29 February ages on 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _age(condition: Condition, scope: Scope) -> Q:
    if condition.operator in ("known", "unknown"):
        return opposite_if(condition, Q(born_on__isnull=False))
    years = int(number(condition))
    old_enough = Q(born_on__lte=years_before(scope.today, years))
    young_enough = Q(born_on__gt=years_before(scope.today, years + 1))
    return {"at_least": old_enough, "at_most": young_enough, "exactly": old_enough & young_enough}[condition.operator]


def _birthday(condition: Condition, scope: Scope) -> Q:
    """A birthday on one of the coming days, today being day 0; 29 February counts as the 28th in a short year."""
    coming = [scope.today + dt.timedelta(days=ahead) for ahead in range(int(number(condition)) + 1)]
    days: dict[int, set[int]] = {}
    for day in coming:
        days.setdefault(day.month, set()).add(day.day)
        if (day.month, day.day) == (2, 28):
            days[2].add(29)
    chosen = Q()
    for month, of_month in days.items():
        chosen |= Q(born_on__month=month, born_on__day__in=sorted(of_month))
    return Q(born_on__isnull=False) & chosen


def _language(condition: Condition, scope: Scope) -> Q:
    """An empty language is the shop's."""
    spoken = Q(language__in=texts(condition))
    if settings.LANGUAGE_CODE in texts(condition):
        spoken |= Q(language="")
    return opposite_if(condition, spoken)


def _tags(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, Q(tags__overlap=list(texts(condition))))


def _reachable(condition: Condition, scope: Scope) -> Q:
    contacts = Contact.objects.usable(Purpose.MARKETING).filter(channel__in=texts(condition))
    return opposite_if(condition, exists(scope.about(contacts)))


FIELDS = (
    Field("city", _("city"), PROFILE, Several(suggest=_suggest("city")), (*IDENTITY, KNOWN, UNKNOWN), given("city")),
    Field(
        "age",
        _("age"),
        PROFILE,
        Number(0, 150),
        (*COMPARISONS, KNOWN, UNKNOWN),
        _age,
        note=_("Known only where the birth date is known."),
    ),
    Field("birthday", _("birthday"), PROFILE, Number(0, 365), (NEXT,), _birthday, note=_("0: today.")),
    Field("language", _("language"), PROFILE, Several(choices=lambda: settings.LANGUAGES), IDENTITY, _language),
    Field("tags", _("tags"), PROFILE, Several(suggest=_suggest_tags), POSSESSION, _tags),
    Field(
        "source",
        _("acquisition source"),
        PROFILE,
        Several(suggest=_suggest("source")),
        (*IDENTITY, KNOWN, UNKNOWN),
        given("source"),
    ),
    Field("known_since", _("known to the shop"), PROFILE, Number(), MOMENTS, moment("created_at")),
    Field(
        "reachable",
        _("open to marketing by"),
        PROFILE,
        Several(choices=lambda: Channel.choices),
        IDENTITY,
        _reachable,
        note=_("Has a working address of this kind and agreed to marketing there."),
    ),
)
