"""What the settings come to, in words: the sentences above the settings page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.utils.formats import time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.models import QuietHours, SegmentLimits
from crm.models import Channel, Shop


def effects(shop: Shop, hours: Iterable[QuietHours], limits: Sequence[SegmentLimits]) -> list[str]:
    """With these settings …; one sentence an effect."""
    return [
        *_weekly_cap(shop),
        *_segments(limits),
        *_quiet_hours(shop, hours),
        *_marketing_waits(shop),
        _channels(shop),
    ]


def warnings(shop: Shop, limits: Iterable[SegmentLimits]) -> list[str]:
    """What may be meant but is against the promises Encore makes."""
    return [
        _("“%(segment)s” may get more than everybody (%(cap)d a week): only those who asked for more should be in it.")
        % {"segment": limit.segment, "cap": limit.weekly_cap}
        for limit in limits
        if limit.weekly_cap and limit.weekly_cap > shop.weekly_cap
    ]


def _weekly_cap(shop: Shop) -> Iterator[str]:
    yield ngettext(
        "At most %(cap)d touch in any 7 days, over all channels and calls included: service always goes out and "
        "counts, marketing waits.",
        "At most %(cap)d touches in any 7 days, over all channels and calls included: service always goes out and "
        "counts, marketing waits.",
        shop.weekly_cap,
    ) % {"cap": shop.weekly_cap}
    few = _("at most %(cap)d a week") % {"cap": shop.less_cap} if shop.less_cap else _("no marketing")
    if shop.less_cap < shop.weekly_cap:
        yield _("Those who asked for less: %(few)s.") % {"few": few}
        if shop.unread_letters:
            yield ngettext(
                "Those who neither opened nor clicked their last %(letters)d letter: %(few)s.",
                "Those who neither opened nor clicked their last %(letters)d letters: %(few)s.",
                shop.unread_letters,
            ) % {"letters": shop.unread_letters, "few": few}
    if shop.more_cap > shop.weekly_cap:
        yield _("Those who asked for more: at most %(cap)d a week.") % {"cap": shop.more_cap}


def _segments(limits: Sequence[SegmentLimits]) -> Iterator[str]:
    for limit in limits:
        parts = []
        if limit.weekly_cap == 0:
            parts.append(_("no marketing"))
        elif limit.weekly_cap:
            parts.append(_("at most %(cap)d a week") % {"cap": limit.weekly_cap})
        if limit.channel:
            parts.append(_("%(channel)s is tried first") % {"channel": limit.get_channel_display()})
        yield _("Customers of “%(segment)s”: %(what)s.") % {"segment": limit.segment, "what": ", ".join(parts)}
    if sum(limit.weekly_cap is not None for limit in limits) > 1:
        yield _("Of a customer's several segments the smallest number counts.")


def _quiet_hours(shop: Shop, hours: Iterable[QuietHours]) -> Iterator[str]:
    yield _("Where the customer is, %(hours)s. What falls due then leaves within the first hour after.") % {
        "hours": _hours(shop)
    }
    for row in hours:
        yield _("%(channel)s: %(hours)s.") % {"channel": row, "hours": _hours(row)}


def _hours(hours: Shop | QuietHours) -> str:
    parts = []
    if hours.quiet_from != hours.quiet_until:
        parts.append(
            _("it is quiet from %(start)s until %(end)s")
            % {"start": _clock(hours.quiet_from), "end": _clock(hours.quiet_until)}
        )
    if hours.quiet_weekdays:
        days = [str(Shop.Weekday(day).label) for day in sorted(hours.quiet_weekdays)]
        parts.append(_("nothing is sent on %(days)s") % {"days": get_text_list(days, _("and"))})
    return get_text_list(parts, _("and")) if parts else _("no hour is quiet")


def _clock(at: dt.time) -> str:
    return time_format(at, "H:i")


def _marketing_waits(shop: Shop) -> Iterator[str]:
    if shop.complaint_cooldown_days:
        yield ngettext(
            "No marketing while a complaint is open and for %(days)d day after it, or while a bad mood is noted.",
            "No marketing while a complaint is open and for %(days)d days after it, or while a bad mood is noted.",
            shop.complaint_cooldown_days,
        ) % {"days": shop.complaint_cooldown_days}
    else:
        yield _("No marketing while a complaint is open or a bad mood is noted.")
    if shop.rest_days:
        yield ngettext(
            "Marketing about an order waits for its service message and for the goods, and %(days)d day more.",
            "Marketing about an order waits for its service message and for the goods, and %(days)d days more.",
            shop.rest_days,
        ) % {"days": shop.rest_days}
    else:
        yield _("Marketing about an order waits for its service message and for the goods.")


def _channels(shop: Shop) -> str:
    labels = [str(Channel(channel).label) for channel in shop.channel_order]
    return _(
        "A message goes by the first channel it is written for that reaches the customer: %(channels)s. "
        "A customer's own order comes first, then their segment's, then the step's."
    ) % {"channels": " → ".join(labels)}
