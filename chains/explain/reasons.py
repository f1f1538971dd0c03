"""Why a touch waits or was not sent, as a sentence with the facts the decision rested on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.models import MessageTemplate, Touch
from crm.models import Channel, Contact

Facts = dict[str, Any]
Reason = Touch.Reason


def sentence(touch: Touch) -> str:
    """E.g. “Not sent: 3 of 3 messages this week (2, 4 and 6 March)”."""
    if not touch.reason:
        return str(touch.Status(touch.status).label).capitalize()
    outcome = {
        touch.Status.SCHEDULED: _("Waits"),
        touch.Status.UNKNOWN: _("Perhaps sent"),
        touch.Status.CONTROL: _("Held back"),
    }.get(touch.Status(touch.status), _("Not sent"))
    return _("%(outcome)s: %(why)s") % {"outcome": outcome, "why": because(touch.reason, touch.facts)}


def because(reason: str, facts: Facts) -> str:
    """The reason in words, without what came of it."""
    if tried := facts.get("tried"):
        return "; ".join(_by_channel(one) for one in tried)
    sentence_of = SENTENCES.get(reason)
    words = sentence_of(facts) if sentence_of and facts else ""
    return words or str(Touch.Reason(reason).label)


def _by_channel(tried: Facts) -> str:
    """E.g. “Telegram: no address”."""
    label = Channel(tried["channel"]).label
    return _("%(channel)s: %(why)s") % {"channel": label, "why": because(tried["reason"], tried)}


def days(dates: Sequence[str]) -> str:
    """`2, 4 and 6 March`, or with both months: `30 March and 2 April`."""
    parts: list[str] = []
    parsed = [dt.date.fromisoformat(day) for day in dates]
    for _month, group in groupby(parsed, key=lambda day: (day.year, day.month)):
        *others, last = group
        parts += [str(day.day) for day in others] + [date_format(last, "j E")]
    return get_text_list(parts, _("and"))


def _weekly_cap(facts: Facts) -> str:
    if not facts["cap"]:
        return _("no marketing at all%(why)s") % {"why": _why_so_few(facts)}
    return ngettext(
        "%(count)d of %(cap)d message this week (%(days)s)%(why)s",
        "%(count)d of %(cap)d messages this week (%(days)s)%(why)s",
        facts["cap"],
    ) % {
        "count": len(facts["days"]),
        "cap": facts["cap"],
        "days": days(facts["days"]),
        "why": _why_so_few(facts),
    }


def _why_so_few(facts: Facts) -> str:
    match facts.get("because"):
        case "segment":
            return _(", as the segment “%(segment)s” has a number of its own") % {"segment": facts["segment"]}
        case "less":
            return _(", as the customer asked for less")
        case "more":
            return _(", although the customer asked for more")
        case "unread":
            return ngettext(
                ", as the last %(letters)d letter was not read",
                ", as the last %(letters)d letters were not read",
                facts["letters"],
            ) % {"letters": facts["letters"]}
    return ""


def _complaint(facts: Facts) -> str:
    if facts.get("cooldown_until"):
        return _("peace after a complaint, until %(day)s") % {"day": days([facts["cooldown_until"]])}
    return _("an open complaint (“%(subject)s”)") % {"subject": facts["case"]} if facts.get("case") else ""


def _asked_lately(facts: Facts) -> str:
    return ngettext(
        "asked something on %(day)s already, and not again within %(days)d day",
        "asked something on %(day)s already, and not again within %(days)d days",
        facts["days"],
    ) % {"day": days([facts["asked_on"]]), "days": facts["days"]}


def _goal(facts: Facts) -> str:
    if not facts.get("order"):
        return ""
    return _("the goal was reached: order %(order)s on %(day)s") % {
        "order": facts["order"],
        "day": days([facts["on"]]),
    }


def _goods_gone(facts: Facts) -> str:
    if not facts.get("order"):
        return ""
    return _("nothing it is about is left of order %(order)s: it was returned or cancelled") % facts


def _bought_again(facts: Facts) -> str:
    return _("what it is about of order %(order)s was bought again since") % facts if facts.get("order") else ""


def _not_delivered(facts: Facts) -> str:
    return _("order %(order)s has not arrived") % {"order": facts["order"]} if facts.get("order") else ""


def _just_delivered(facts: Facts) -> str:
    return _("order %(order)s has only just arrived, it rests until %(day)s") % {
        "order": facts["order"],
        "day": days([facts["cooldown_until"]]),
    }


def _service_first(facts: Facts) -> str:
    return _("no service message for order %(order)s yet") % facts if facts.get("order") else ""


def _quiet_hours(facts: Facts) -> str:
    if not facts.get("until"):
        return ""
    ends_at = dt.datetime.fromisoformat(facts["until"])
    return _("quiet hours until %(day)s, %(hour)s where the customer is") % {
        "day": date_format(ends_at, "j E"),
        "hour": ends_at.strftime("%H:%M"),
    }


def _no_consent(facts: Facts) -> str:
    answer = facts.get("consent")
    return _("no consent to marketing (%(answer)s)") % {"answer": Contact.Consent(answer).label} if answer else ""


def _bad_address(facts: Facts) -> str:
    state = facts.get("state")
    return _("the address does not work (%(state)s)") % {"state": Contact.State(state).label} if state else ""


def _topic(facts: Facts) -> str:
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
    return _("refused by the provider (%(error)s)") % {"error": facts["error"]} if facts.get("error") else ""


def _template(facts: Facts) -> str:
    return _("the text could not be made (%(error)s)") % {"error": facts["error"]} if facts.get("error") else ""


def _coupon(facts: Facts) -> str:
    if facts.get("used_on"):
        return _("its coupon %(code)s was used on %(day)s") % {"code": facts["coupon"], "day": days([facts["used_on"]])}
    if facts.get("ended_on"):
        return _("its coupon %(code)s was good until %(day)s") % {
            "code": facts["coupon"],
            "day": days([facts["ended_on"]]),
        }
    return ""


def _channel_down(facts: Facts) -> str:
    return _("the channel is down (%(error)s)") % {"error": facts["error"]} if facts.get("error") else ""


# A reason that is not here needs no more words than its label.
SENTENCES: dict[str, Callable[[Facts], str]] = {
    Reason.GOAL: _goal,
    Reason.GOODS_GONE: _goods_gone,
    Reason.BOUGHT_AGAIN: _bought_again,
    Reason.WEEKLY_CAP: _weekly_cap,
    Reason.COMPLAINT: _complaint,
    Reason.ASKED_LATELY: _asked_lately,
    Reason.NOT_DELIVERED: _not_delivered,
    Reason.JUST_DELIVERED: _just_delivered,
    Reason.SERVICE_FIRST: _service_first,
    Reason.QUIET_HOURS: _quiet_hours,
    Reason.NO_CONSENT: _no_consent,
    Reason.BAD_ADDRESS: _bad_address,
    Reason.TOPIC_MUTED: _topic,
    Reason.TOO_LATE: _too_late,
    Reason.CHANNEL_DOWN: _channel_down,
    Reason.TEMPORARY: _temporary,
    Reason.GAVE_UP: _gave_up,
    Reason.REJECTED: _rejected,
    Reason.TEMPLATE: _template,
    Reason.COUPON: _coupon,
}
