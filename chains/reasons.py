"""Why a touch waits or was not sent, as a sentence with the facts the decision rested on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Contact

if TYPE_CHECKING:
    from chains.models import Touch

Facts = dict[str, Any]


def sentence(touch: Touch) -> str:
    """E.g. “Not sent: 3 of 3 messages this week (2, 4 and 6 March)”."""
    if not touch.reason:
        return str(touch.Status(touch.status).label).capitalize()
    outcome = {
        touch.Status.SCHEDULED: _("Waits"),
        touch.Status.UNKNOWN: _("Perhaps sent"),
        touch.Status.HELD: _("Held back"),
    }.get(touch.Status(touch.status), _("Not sent"))
    return _("%(outcome)s: %(why)s") % {"outcome": outcome, "why": because(touch.reason, touch.facts)}


def because(reason: str, facts: Facts) -> str:
    """The reason in words, without what came of it."""
    from chains.models import Touch

    told = TOLD.get(reason)
    words = told(facts) if told and facts else ""
    return words or str(Touch.Reason(reason).label)


def days(dates: Sequence[str]) -> str:
    """`2, 4 and 6 March`, or with both months: `30 March and 2 April`."""
    parts: list[str] = []
    parsed = [dt.date.fromisoformat(day) for day in dates]
    for _month, group in groupby(parsed, key=lambda day: (day.year, day.month)):
        *others, last = group
        parts += [str(day.day) for day in others] + [date_format(last, "j E")]
    return get_text_list(parts, _("and"))


def _weekly_cap(facts: Facts) -> str:
    return ngettext(
        "%(count)d of %(cap)d message this week (%(days)s)",
        "%(count)d of %(cap)d messages this week (%(days)s)",
        facts["cap"],
    ) % {"count": len(facts["days"]), "cap": facts["cap"], "days": days(facts["days"])}


def _complaint(facts: Facts) -> str:
    return _("an open complaint (“%(subject)s”)") % {"subject": facts["case"]} if facts.get("case") else ""


def _bad_address(facts: Facts) -> str:
    state = facts.get("state")
    return _("the address does not work (%(state)s)") % {"state": Contact.State(state).label} if state else ""


def _topic(facts: Facts) -> str:
    from chains.models import MessageTemplate

    labels = dict(MessageTemplate.Topic.choices)
    return _("the customer does not want letters on “%(topic)s”") % {
        "topic": labels.get(facts["topic"], facts["topic"])
    }


def _too_late(facts: Facts) -> str:
    if not facts.get("waited_for"):
        return ""
    return _("too late to be useful, after waiting: %(why)s") % {"why": because(facts["waited_for"], {})}


def _temporary(facts: Facts) -> str:
    return ngettext(
        "a temporary failure, tried %(attempts)d time (%(error)s)",
        "a temporary failure, tried %(attempts)d times (%(error)s)",
        facts["attempts"],
    ) % {"attempts": facts["attempts"], "error": facts.get("error", "")}


def _gave_up(facts: Facts) -> str:
    return _("failed too many times (%(error)s)") % {"error": facts["error"]} if facts.get("error") else ""


def _rejected(facts: Facts) -> str:
    return _("refused by the mail server (%(error)s)") % {"error": facts["error"]} if facts.get("error") else ""


def _template(facts: Facts) -> str:
    return _("the text could not be made (%(error)s)") % {"error": facts["error"]} if facts.get("error") else ""


TOLD: dict[str, Callable[[Facts], str]] = {
    "weekly_cap": _weekly_cap,
    "complaint": _complaint,
    "bad_address": _bad_address,
    "topic_muted": _topic,
    "too_late": _too_late,
    "temporary": _temporary,
    "gave_up": _gave_up,
    "rejected": _rejected,
    "template": _template,
}
