"""A step in words: “wait until 3 days after the delivery”, “letter “Care””, “add the tag “met””."""

from __future__ import annotations

from decimal import Decimal

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.compiling import compiled_change
from chains.models import Step
from chains.program.step import ProgramChange
from crm.models import Coupon, EventKind


def step_sentence(step: Step) -> str:
    if step.kind == Step.Kind.WAIT:
        return WAITS[Step.Wait(step.wait)](step)
    if step.kind == Step.Kind.MESSAGE:
        return (
            _("message “%(template)s”") % {"template": step.template}
            if step.template
            else _("message without a template")
        )
    if step.kind == Step.Kind.STAFF_TASK:
        return _("task for a colleague: %(name)s") % {"name": step.name}
    if step.kind == Step.Kind.CHANGE:
        return change_words(ProgramChange(**compiled_change(step)))
    if step.kind == Step.Kind.BRANCH:
        return _("the first arm that suits the customer")
    if step.kind == Step.Kind.SPLIT:
        return _("an arm by chance, the same one for the same customer")
    return _("nothing more comes for whoever gets here")


def event_words(kind: str) -> str:
    """The name of an event of Encore's own, or as the shop sends it."""
    known = dict(EventKind.choices)
    return str(known[kind]) if kind in known else _("event “%(name)s”") % {"name": kind}


def change_words(change: ProgramChange) -> str:
    kind, name, value = change.kind, change.name, change.value
    if kind == Step.Change.GIVE_POINTS:
        return ngettext("give %(n)d point", "give %(n)d points", change.points) % {"n": change.points}
    if kind == Step.Change.ISSUE_COUPON:
        return _("issue a coupon: %(coupon)s") % {"coupon": _coupon_words(change)}
    if kind == Step.Change.SET_ATTRIBUTE:
        return _("set “%(name)s” to “%(value)s”") % {"name": name, "value": value}
    if kind == Step.Change.REMOVE_TAG:
        return _("take the tag “%(tag)s” away") % {"tag": name}
    return _("add the tag “%(tag)s”") % {"tag": name}


def _coupon_words(change: ProgramChange) -> str:
    words = {
        Coupon.Kind.PERCENT: _("%(value)s %% off"),
        Coupon.Kind.AMOUNT: _("%(value)s off"),
        Coupon.Kind.FREE_DELIVERY: _("free delivery"),
        Coupon.Kind.POINTS: _("%(value)s points"),
        Coupon.Kind.GIFT: _("a gift, %(gift)s"),
    }
    value = number_format(Decimal(change.value).normalize()) if change.value else "—"
    return words[Coupon.Kind(change.coupon)] % {"value": value, "gift": change.gift}


def _for_time(step: Step) -> str:
    return _("wait for %(span)s") % {"span": _span(step)}


def _until_event(step: Step) -> str:
    words = (
        _("wait until: %(event)s, about this order; at most %(span)s")
        if step.wait_this_order
        else _("wait until: %(event)s; at most %(span)s")
    )
    return words % {"event": event_words(step.event_kind), "span": _span(step)}


def _until_offset(step: Step) -> str:
    anchor = step.get_wait_from_display()
    if step.wait_from == Step.Anchor.ATTRIBUTE:
        anchor = f"“{step.wait_attribute}”"
    if step.wait_amount == 0:
        return _("wait until %(anchor)s") % {"anchor": anchor}
    words = (
        _("wait until %(span)s before %(anchor)s")
        if step.wait_amount < 0
        else _("wait until %(span)s after %(anchor)s")
    )
    return words % {"span": _span(step), "anchor": anchor}


def _until_hour(step: Step) -> str:
    if not step.wait_weekdays:
        return _("wait until %(hour)d:00 of the customer's day") % {"hour": step.wait_hour}
    days = get_text_list([str(WEEKDAYS[day]) for day in sorted(step.wait_weekdays)], _("or"))
    return _("wait until %(hour)d:00 of the customer's day, %(days)s") % {"hour": step.wait_hour, "days": days}


def _until_date(step: Step) -> str:
    day = date_format(step.wait_on, "DATE_FORMAT") if step.wait_on else "—"
    return _("wait until %(date)s, %(hour)d:00 of the customer's day") % {"date": day, "hour": step.wait_hour}


def _until_month_day(step: Step) -> str:
    return _("wait until day %(day)d of the month, %(hour)d:00 of the customer's day") % {
        "day": step.wait_month_day,
        "hour": step.wait_hour,
    }


def _span(step: Step) -> str:
    amount = abs(step.wait_amount)
    words = {
        Step.Unit.MINUTES: ngettext("%(n)d minute", "%(n)d minutes", amount),
        Step.Unit.HOURS: ngettext("%(n)d hour", "%(n)d hours", amount),
        Step.Unit.DAYS: ngettext("%(n)d day", "%(n)d days", amount),
        Step.Unit.WEEKS: ngettext("%(n)d week", "%(n)d weeks", amount),
    }
    return words[Step.Unit(step.wait_unit)] % {"n": amount}


WAITS = {
    Step.Wait.TIME: _for_time,
    Step.Wait.EVENT: _until_event,
    Step.Wait.OFFSET: _until_offset,
    Step.Wait.HOUR: _until_hour,
    Step.Wait.DATE: _until_date,
    Step.Wait.MONTH_DAY: _until_month_day,
}
