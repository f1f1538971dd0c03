"""A chain in words: what starts it."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.models import Chain


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
