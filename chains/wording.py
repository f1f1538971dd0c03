"""A chain in words: what starts it, what each step does."""

from __future__ import annotations

from django.utils.dates import WEEKDAYS
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.models import Chain, Step


def trigger_sentence(chain: Chain) -> str:
    """E.g. “order delivered”, “order placed, with goods of: Kettles”, “7 days before the birthday, at 10:00”."""
    words = [_trigger(chain)]
    if chain.order_kind:
        words.append(_("only %(kind)s") % {"kind": chain.get_order_kind_display()})
    if categories := [str(category) for category in chain.categories.all()]:
        words.append(_("with goods of: %(categories)s") % {"categories": get_text_list(categories, _("or"))})
    return ", ".join(words)


def _trigger(chain: Chain) -> str:
    if chain.trigger == Chain.Trigger.EVENT:
        if chain.trigger_event == Chain.CUSTOM_EVENT:
            return _("event “%(name)s”") % {"name": chain.custom_event}
        return str(chain.get_trigger_event_display())
    if chain.trigger == Chain.Trigger.LAST_ORDER:
        return ngettext(
            "%(days)d day after the last order", "%(days)d days after the last order", chain.trigger_days
        ) % {"days": chain.trigger_days}
    return _("%(when)s, at %(hour)d:00") % {
        "when": _around(chain.trigger_days, str(chain.get_trigger_display())),
        "hour": chain.trigger_hour,
    }


def _around(days: int, date: str) -> str:
    if not days:
        return _("on the day: %(date)s") % {"date": date}
    words = (
        ngettext("%(days)d day before: %(date)s", "%(days)d days before: %(date)s", -days)
        if days < 0
        else ngettext("%(days)d day after: %(date)s", "%(days)d days after: %(date)s", days)
    )
    return words % {"days": abs(days), "date": date}


def step_sentence(step: Step) -> str:
    """What the step does, e.g. “wait until 3 days after the delivery” or “letter “Care””."""
    if step.kind == Step.Kind.MESSAGE:
        return (
            _("letter “%(template)s”") % {"template": step.template}
            if step.template
            else _("letter without a template")
        )
    if step.kind == Step.Kind.STAFF_TASK:
        return _("task for a colleague: %(name)s") % {"name": step.name}
    if step.wait == Step.Wait.HOUR:
        return _until_hour(step)
    span = _span(step)
    if step.wait == Step.Wait.TIME:
        return _("wait for %(span)s") % {"span": span}
    if step.wait_amount == 0:
        return _("wait until %(anchor)s") % {"anchor": step.get_wait_from_display()}
    words = (
        _("wait until %(span)s before %(anchor)s")
        if step.wait_amount < 0
        else _("wait until %(span)s after %(anchor)s")
    )
    return words % {"span": span, "anchor": step.get_wait_from_display()}


def _until_hour(step: Step) -> str:
    if not step.wait_weekdays:
        return _("wait until %(hour)d:00 of the customer's day") % {"hour": step.wait_hour}
    days = get_text_list([str(WEEKDAYS[day]) for day in sorted(step.wait_weekdays)], _("or"))
    return _("wait until %(hour)d:00 of the customer's day, %(days)s") % {"hour": step.wait_hour, "days": days}


def _span(step: Step) -> str:
    amount = abs(step.wait_amount)
    words = {
        Step.Unit.MINUTES: ngettext("%(n)d minute", "%(n)d minutes", amount),
        Step.Unit.HOURS: ngettext("%(n)d hour", "%(n)d hours", amount),
        Step.Unit.DAYS: ngettext("%(n)d day", "%(n)d days", amount),
        Step.Unit.WEEKS: ngettext("%(n)d week", "%(n)d weeks", amount),
    }
    return words[Step.Unit(step.wait_unit)] % {"n": amount}
