"""Who enters a chain, how it starts and how it ends, in words: for a draft as for a version."""

from __future__ import annotations

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.models import Chain
from chains.program.program import Program
from chains.program.trigger import Trigger
from crm.models import EventKind
from segments.describe import sentence_of
from segments.models import Segment


def entry_sentence(program: Program) -> str:
    """How it starts, for whom and how often, e.g. “Starts: order placed. A customer enters once for every order.”"""
    parts = [_("Starts: %(trigger)s.") % {"trigger": trigger_words(program.trigger)}]
    if program.audience is not None:
        parts.append(_("Only for: %(rule)s.") % {"rule": _lower_first(sentence_of(program.audience))})
    return " ".join([*parts, re_entry_sentence(program)])


def re_entry_sentence(program: Program) -> str:
    if program.re_entry == Chain.ReEntry.ONCE:
        return _("Each customer enters once in a lifetime.")
    if program.re_entry == Chain.ReEntry.PER_ORDER:
        if program.trigger.has_order:
            return _("A customer enters once for every order.")
        return _("A customer enters every time.")
    return ngettext(
        "A customer enters again after %(days)d day at the earliest, and never while still in it.",
        "A customer enters again after %(days)d days at the earliest, and never while still in it.",
        program.re_entry_days,
    ) % {"days": program.re_entry_days}


def ending_sentence(program: Program) -> str:
    """What ends it before the last step."""
    parts = [_("Ends after the last step.")]
    if program.goal == Chain.Goal.ORDERED:
        parts.append(_("Marketing stops as soon as the customer orders again."))
    elif program.goal == Chain.Goal.RULE:
        parts.append(_("Marketing stops as soon as this holds: %(rule)s.") % {"rule": _rule(program.goal_rule)})
    if program.exit_rule is not None:
        parts.append(_("The customer leaves as soon as this holds: %(rule)s.") % {"rule": _rule(program.exit_rule)})
    if program.exit_on_reply:
        parts.append(_("The customer leaves when they reply."))
    if program.exit_on_cancel:
        parts.append(_("The customer leaves when the order is cancelled or returned."))
    return " ".join(parts)


def trigger_words(trigger: Trigger) -> str:
    """E.g. “order delivered”, “7 days before the birthday, at 10:00 of the customer's day”, “every year on 1 May …”."""
    if trigger.kind == Chain.Trigger.EVENT:
        return _event(trigger)
    if trigger.kind == Chain.Trigger.LAST_ORDER:
        return ngettext("%(days)d day after the last order", "%(days)d days after the last order", trigger.days) % {
            "days": trigger.days
        }
    clock = _("%(hour)d:00 of the shop's day") if trigger.clock == Chain.Clock.SHOP else _("%(hour)d:00")
    when = _calendar(trigger) if trigger.is_by_calendar else _days_from(trigger.days, _date(trigger))
    return _("%(when)s, at %(clock)s") % {"when": when, "clock": clock % {"hour": trigger.hour}}


def _event(trigger: Trigger) -> str:
    if trigger.event not in EventKind.values:
        return _("event “%(name)s”") % {"name": trigger.event}
    words = str(EventKind(trigger.event).label)
    if trigger.event not in Chain.SEGMENT_EVENTS:
        return words
    name = Segment.objects.filter(pk=trigger.segment or 0).values_list("name", flat=True).first()
    return _("%(event)s: “%(segment)s”") % {"event": words, "segment": name or _("not chosen")}


def _date(trigger: Trigger) -> str:
    if trigger.kind == Chain.Trigger.ATTRIBUTE:
        words = (
            _("the date “%(name)s” of the customer, every year")
            if trigger.is_yearly
            else _("the date “%(name)s” of the customer")
        )
        return words % {"name": trigger.attribute}
    return str(Chain.Trigger(trigger.kind).label)


def _calendar(trigger: Trigger) -> str:
    if trigger.kind == Chain.Trigger.MOMENT:
        return date_format(trigger.on, "DATE_FORMAT") if trigger.on else _("a day not chosen yet")
    if trigger.every == Chain.Every.DAY:
        return _("every day")
    if trigger.every == Chain.Every.WEEK:
        days = [str(WEEKDAYS[day]) for day in sorted(trigger.weekdays)]
        return _("every week: %(days)s") % {"days": get_text_list(days, _("and")) or _("no day chosen yet")}
    if trigger.every == Chain.Every.MONTH:
        return _("every month on day %(day)d") % {"day": trigger.day}
    return _("every year: %(month)s, day %(day)d") % {"month": MONTHS[trigger.month], "day": trigger.day}


def _days_from(days: int, date: str) -> str:
    if not days:
        return _("on the day: %(date)s") % {"date": date}
    words = (
        ngettext("%(days)d day before: %(date)s", "%(days)d days before: %(date)s", -days)
        if days < 0
        else ngettext("%(days)d day after: %(date)s", "%(days)d days after: %(date)s", days)
    )
    return words % {"days": abs(days), "date": date}


def _rule(raw: object) -> str:
    return _lower_first(sentence_of(raw))


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]
