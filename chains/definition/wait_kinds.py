"""The kinds of waits, a row each: what a marketer is asked, what the program keeps, what may be wrong, and words.

When a wait of each kind is over stands in chains.engine.advance.waits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from chains.definition.kind_fields import FieldProblem
from chains.engine.advance.waits import OF_THE_CUSTOMER
from chains.models import Step
from chains.models.step_wait import CUSTOM_EVENT
from chains.program.goods import OF_THE_GOODS
from crm.admin.conditional import Case
from crm.models import EventKind
from crm.quoting import quoted

Anchor = Step.Anchor
# Dates that have no hour of their own.
WITHOUT_HOUR = sorted(OF_THE_GOODS | OF_THE_CUSTOMER)
# Every order and every entry has these, so nobody has to say what happens without them.
ALWAYS_KNOWN = (Anchor.TRIGGER, Anchor.PLACED)
# What the columns are called of which the program has another name than `wait_…` without the beginning.
COLUMNS = {"event": "event_kind", "if_unknown": "if_unknown"}
# Every field that some kind asks for, in the order of the page; those in brackets share a row.
LAYOUT = (
    ("wait_event", "wait_custom_event"),
    ("wait_this_order", "looks_back"),
    "wait_rule",
    ("wait_amount", "wait_unit"),
    ("wait_from", "wait_attribute"),
    "if_unknown",
    ("wait_on", "wait_month_day"),
    "wait_hour",
    "wait_weekdays",
)


def _no_problems(_step: Step) -> Iterator[FieldProblem]:
    yield from ()


class WaitKind(NamedTuple):
    fields: tuple[str, ...]
    program_fields: tuple[str, ...]  # by their names in the program; everything else of the row means nothing to it
    sentence: Callable[[Step], str]
    problems: Callable[[Step], Iterator[FieldProblem]] = _no_problems
    fields_when: Mapping[str, Case] = {}
    arms: tuple[Any, ...] = ()  # the names of its ways out, where it has more than one


def compiled_wait(step: Step) -> dict[str, Any]:
    kind = WAIT_KINDS[step.wait]
    return {"kind": step.wait, **{name: _as_json(step, name) for name in kind.program_fields}}


def _as_json(step: Step, name: str) -> Any:
    value = getattr(step, COLUMNS.get(name, f"wait_{name}"))
    if isinstance(value, dt.date):
        return value.isoformat()
    return sorted(value) if isinstance(value, list) else value


def event_words(kind: str) -> str:
    """The name of an event of Encore's own, or as the shop sends it."""
    known = dict(EventKind.choices)
    return str(known[kind]) if kind in known else _("event “%(name)s”") % {"name": kind}


def _span(step: Step) -> str:
    amount = abs(step.wait_amount)
    words = {
        Step.Unit.MINUTES: ngettext("%(n)d minute", "%(n)d minutes", amount),
        Step.Unit.HOURS: ngettext("%(n)d hour", "%(n)d hours", amount),
        Step.Unit.DAYS: ngettext("%(n)d day", "%(n)d days", amount),
        Step.Unit.WEEKS: ngettext("%(n)d week", "%(n)d weeks", amount),
    }
    return words[Step.Unit(step.wait_unit)] % {"n": amount}


def _limit(step: Step) -> str:
    """The same behind “at most”, which other languages say in another case."""
    amount = step.wait_amount
    words = {
        Step.Unit.MINUTES: npgettext("at most", "%(n)d minute", "%(n)d minutes", amount),
        Step.Unit.HOURS: npgettext("at most", "%(n)d hour", "%(n)d hours", amount),
        Step.Unit.DAYS: npgettext("at most", "%(n)d day", "%(n)d days", amount),
        Step.Unit.WEEKS: npgettext("at most", "%(n)d week", "%(n)d weeks", amount),
    }
    return words[Step.Unit(step.wait_unit)] % {"n": amount}


def _time_sentence(step: Step) -> str:
    return _("wait for %(span)s") % {"span": _span(step)}


def _time_problems(step: Step) -> Iterator[FieldProblem]:
    if step.wait_amount < 0:
        yield FieldProblem("wait_amount", _("Nobody can wait for less than no time."))


def _event_sentence(step: Step) -> str:
    words = (
        _("wait until: %(event)s, about this order; at most %(limit)s")
        if step.wait_this_order
        else _("wait until: %(event)s; at most %(limit)s")
    )
    return words % {"event": event_words(step.event_kind), "limit": _limit(step)}


def _event_problems(step: Step) -> Iterator[FieldProblem]:
    if not step.wait_event:
        yield FieldProblem("wait_event", _("Say until what happens."))
    elif not step.event_kind:
        yield FieldProblem("wait_custom_event", _("Say which event."))
    if step.wait_amount < 1:
        yield FieldProblem("wait_amount", _("Say how long at most."))


def _offset_sentence(step: Step) -> str:
    anchor = step.get_wait_from_display()
    if step.wait_from == Anchor.ATTRIBUTE:
        anchor = quoted(step.wait_attribute)
    if step.wait_amount == 0:
        return _("wait until %(anchor)s") % {"anchor": anchor}
    words = (
        _("wait until %(span)s before %(anchor)s")
        if step.wait_amount < 0
        else _("wait until %(span)s after %(anchor)s")
    )
    return words % {"span": _span(step), "anchor": anchor}


def _offset_problems(step: Step) -> Iterator[FieldProblem]:
    if step.wait_from == Anchor.ATTRIBUTE and not step.wait_attribute:
        yield FieldProblem("wait_attribute", _("Say which attribute holds the date."))


def _hour_sentence(step: Step) -> str:
    if not step.wait_weekdays:
        return _("wait until %(hour)d:00 of the customer's day") % {"hour": step.wait_hour}
    days = get_text_list([str(WEEKDAYS[day]) for day in sorted(step.wait_weekdays)], _("or"))
    return _("wait until %(hour)d:00 of the customer's day, %(days)s") % {"hour": step.wait_hour, "days": days}


def _date_sentence(step: Step) -> str:
    day = date_format(step.wait_on, "DATE_FORMAT") if step.wait_on else "—"
    return _("wait until %(date)s, %(hour)d:00 of the customer's day") % {"date": day, "hour": step.wait_hour}


def _date_problems(step: Step) -> Iterator[FieldProblem]:
    if step.wait_on is None:
        yield FieldProblem("wait_on", _("Say until which date."))


def _month_day_sentence(step: Step) -> str:
    return _("wait until day %(day)d of the month, %(hour)d:00 of the customer's day") % {
        "day": step.wait_month_day,
        "hour": step.wait_hour,
    }


WAIT_KINDS: dict[str, WaitKind] = {
    Step.Wait.TIME: WaitKind(
        fields=("wait_amount", "wait_unit"),
        program_fields=("amount", "unit"),
        sentence=_time_sentence,
        problems=_time_problems,
    ),
    Step.Wait.EVENT: WaitKind(
        fields=("wait_event", "wait_this_order", "looks_back", "wait_rule", "wait_amount", "wait_unit"),
        fields_when={"wait_custom_event": {"wait_event": [CUSTOM_EVENT]}},
        program_fields=("amount", "unit", "from", "event", "rule", "this_order"),
        sentence=_event_sentence,
        problems=_event_problems,
        arms=(gettext_lazy("it happened"), gettext_lazy("time ran out")),
    ),
    Step.Wait.OFFSET: WaitKind(
        fields=("wait_amount", "wait_unit", "wait_from"),
        fields_when={
            "wait_attribute": {"wait_from": [Anchor.ATTRIBUTE]},
            "if_unknown": {"wait_from": [anchor for anchor in Anchor if anchor not in ALWAYS_KNOWN]},
            "wait_hour": {"wait_from": WITHOUT_HOUR},
        },
        program_fields=("amount", "unit", "from", "attribute", "if_unknown", "hour"),
        sentence=_offset_sentence,
        problems=_offset_problems,
    ),
    Step.Wait.HOUR: WaitKind(
        fields=("wait_hour", "wait_weekdays"),
        program_fields=("hour", "weekdays"),
        sentence=_hour_sentence,
    ),
    Step.Wait.DATE: WaitKind(
        fields=("wait_on", "wait_hour"),
        program_fields=("on", "hour"),
        sentence=_date_sentence,
        problems=_date_problems,
    ),
    Step.Wait.MONTH_DAY: WaitKind(
        fields=("wait_month_day", "wait_hour"),
        program_fields=("month_day", "hour"),
        sentence=_month_day_sentence,
    ),
}
