from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.conf import settings
from django.db.models import F, Func, Q, TextField
from django.utils.translation import gettext_lazy as _

from crm.models import Channel, ConsentRecord, Contact, Customer, Purpose
from segments.rules import Condition
from segments.values import NamedValue, Number, Search, Suggest, Texts
from segments.vocabulary.comparing import (
    has_rows,
    having_aggregate,
    moment_column,
    newest_first,
    number,
    opposite_if,
    text_column,
    texts,
)
from segments.vocabulary.documents import NAMED_VALUES, named_value
from segments.vocabulary.field import PROFILE, Compilation, Compile, Field
from segments.vocabulary.operators import COMPARISONS, IDENTITY, KNOWN, MOMENTS, NEXT, POSSESSION, UNKNOWN


def _suggest(column: str) -> Suggest:
    """Offers what customers of the shop have in this column."""

    def suggest(search: Search) -> list[tuple[str, str]]:
        found = (
            Customer.objects.current()
            .exclude(**{column: ""})
            .filter(**{f"{column}__istartswith": search.text})
            .order_by(column)
            .values_list(column, flat=True)
            .distinct()
        )
        return [(value, value) for value in found[: search.limit]]

    return suggest


def _suggest_tags(search: Search) -> list[tuple[str, str]]:
    tags = Customer.objects.current().annotate(tag=Func(F("tags"), function="unnest", output_field=TextField()))
    known, typed = tags.order_by().values_list("tag", flat=True).distinct(), search.text.lower()
    found = {tag for tag in known if typed in tag.lower()}
    return [(tag, tag) for tag in sorted(found)[: search.limit]]


def years_before(day: dt.date, years: int) -> dt.date:
    """The last birth date whose bearer is `years` old on this day; one born on 29 February ages on 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _age(condition: Condition, compilation: Compilation) -> Q:
    if condition.operator in ("known", "unknown"):
        return opposite_if(condition, Q(born_on__isnull=False))
    years = int(number(condition))
    old_enough = Q(born_on__lte=years_before(compilation.today, years))
    young_enough = Q(born_on__gt=years_before(compilation.today, years + 1))
    return {"at_least": old_enough, "at_most": young_enough, "exactly": old_enough & young_enough}[condition.operator]


def _birthday(condition: Condition, compilation: Compilation) -> Q:
    """A birthday on one of the coming days, today being day 0; 29 February counts as the 28th in a short year."""
    coming = [compilation.today + dt.timedelta(days=ahead) for ahead in range(int(number(condition)) + 1)]
    days: dict[int, set[int]] = {}
    for day in coming:
        days.setdefault(day.month, set()).add(day.day)
        if (day.month, day.day) == (2, 28):
            days[2].add(29)
    chosen = Q()
    for month, of_month in days.items():
        chosen |= Q(born_on__month=month, born_on__day__in=sorted(of_month))
    return Q(born_on__isnull=False) & chosen


def _language(condition: Condition, compilation: Compilation) -> Q:
    """An empty language is the shop's."""
    spoken = Q(language__in=texts(condition))
    if settings.LANGUAGE_CODE in texts(condition):
        spoken |= Q(language="")
    return opposite_if(condition, spoken)


def profiled(compile_field: Compile) -> Compile:
    """Unknown about those who refused profiling, took their consent back, or were asked and have not answered.

    The last line of the consent ledger about profiling decides; nobody is asked by default, and then it is known.
    """

    def compile_profiled(condition: Condition, compilation: Compilation) -> Q:
        positive = compile_field(replace(condition, is_negative=False, operator=_twin(condition.operator)), compilation)
        return opposite_if(
            condition, positive & compilation.shared("profiling", lambda: ~_refused_profiling(compilation))
        )

    return compile_profiled


def _twin(operator: str) -> str:
    return {"is_not": "is", "unknown": "known", "contains_not": "contains"}.get(operator, operator)


def _refused_profiling(compilation: Compilation) -> Q:
    lines = ConsentRecord.objects.filter(purpose=ConsentRecord.Purpose.PROFILING)
    return having_aggregate(
        lines, newest_first("action", "occurred_at"), ~Q(measured__0=ConsentRecord.Action.GRANTED), compilation
    )


def _suggest_attributes(search: Search) -> list[tuple[str, str]]:
    names = Customer.objects.current().exclude(attributes={})
    found = names.annotate(key=Func(F("attributes"), function="jsonb_object_keys", output_field=TextField()))
    known, typed = found.order_by().values_list("key", flat=True).distinct(), search.text.lower()
    keys = {key for key in known if typed in key.lower()}
    return [(key, key) for key in sorted(keys)[: search.limit]]


def _contact(column: str) -> Compile:
    def compile_contact(condition: Condition, compilation: Compilation) -> Q:
        contacts = Contact.objects.filter(**{f"{column}__in": texts(condition)})
        for one in condition.where:
            contacts = contacts.filter(CHANNEL.compile(one, compilation))
        return opposite_if(condition, has_rows(contacts, compilation))

    return compile_contact


def _channel(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(channel__in=texts(condition)))


CHANNEL = Field("channel", _("channel"), PROFILE, Texts(choices=lambda: Channel.choices), IDENTITY, _channel)


def _tags(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(tags__overlap=list(texts(condition))))


def _reachable(purpose: Purpose) -> Compile:
    def compile_reachable(condition: Condition, compilation: Compilation) -> Q:
        contacts = Contact.objects.usable(purpose).filter(channel__in=texts(condition))
        return opposite_if(condition, has_rows(contacts, compilation))

    return compile_reachable


NEEDS_PROFILING = _("Not known about those who do not agree to profiling.")

FIELDS = (
    Field(
        "city",
        _("city"),
        PROFILE,
        Texts(suggest=_suggest("city")),
        (*IDENTITY, KNOWN, UNKNOWN),
        profiled(text_column("city")),
        note=NEEDS_PROFILING,
    ),
    Field(
        "age",
        _("age"),
        PROFILE,
        Number(0, 150),
        (*COMPARISONS, KNOWN, UNKNOWN),
        profiled(_age),
        follows_days=True,
        note=_("Known only where the birth date is known. Not known about those who do not agree to profiling."),
    ),
    Field(
        "attribute",
        _("attribute"),
        PROFILE,
        NamedValue(suggest=_suggest_attributes),
        NAMED_VALUES,
        profiled(named_value("attributes")),
        note=NEEDS_PROFILING,
    ),
    Field(
        "birthday",
        _("birthday"),
        PROFILE,
        Number(0, 365),
        (NEXT,),
        _birthday,
        follows_days=True,
        note=_("0: today."),
    ),
    Field("language", _("language"), PROFILE, Texts(choices=lambda: settings.LANGUAGES), IDENTITY, _language),
    Field("tags", _("tags"), PROFILE, Texts(suggest=_suggest_tags), POSSESSION, _tags),
    Field(
        "source",
        _("acquisition source"),
        PROFILE,
        Texts(suggest=_suggest("source")),
        (*IDENTITY, KNOWN, UNKNOWN),
        text_column("source"),
    ),
    Field(
        "known_since",
        _("known to the shop"),
        PROFILE,
        Number(),
        MOMENTS,
        moment_column("created_at"),
        follows_days=True,
    ),
    Field(
        "reachable",
        _("open to marketing by"),
        PROFILE,
        Texts(choices=lambda: Channel.choices),
        IDENTITY,
        _reachable(Purpose.MARKETING),
        note=_("Has a working address of this kind and agreed to marketing there."),
    ),
    Field(
        "reachable_for_service",
        _("can be told about orders by"),
        PROFILE,
        Texts(choices=lambda: Channel.choices),
        IDENTITY,
        _reachable(Purpose.SERVICE),
        note=_("Has a working address of this kind and did not refuse service messages there."),
    ),
    Field(
        "marketing_consent",
        _("marketing consent at some address"),
        PROFILE,
        Texts(choices=lambda: Contact.Consent.choices),
        IDENTITY,
        _contact("marketing_consent"),
        filters=(CHANNEL,),
    ),
    Field(
        "deliverability",
        _("state of some address"),
        PROFILE,
        Texts(choices=lambda: Contact.State.choices),
        IDENTITY,
        _contact("state"),
        filters=(CHANNEL,),
    ),
)
