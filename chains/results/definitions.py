"""What each number of the results counts, in the words the pages and the files show."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django_stubs_ext import StrPromise

from crm.models import Shop


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    label: StrPromise
    definition: StrPromise
    rate_of: StrPromise | str = ""


OF_SENT, OF_DELIVERED = _("per cent of sent"), _("per cent of delivered")

MEASURES = (
    Measure("entered", _("entered"), _("Customers who entered the chain, or came to the step, in these days.")),
    Measure(
        "sent",
        _("sent"),
        _(
            "Messages that left and tasks given to staff in these days. Everything beside it says what became of "
            "them, whenever it happened; orders of the last days may still come."
        ),
    ),
    Measure(
        "delivered",
        pgettext_lazy("messages", "delivered"),
        _("Sent, and not reported as come back. A task of staff counts when it is done."),
        OF_SENT,
    ),
    Measure(
        "opened",
        _("opened, unreliable"),
        _(
            "Unreliable: many mail programs hide that a letter was opened, others open every letter by themselves. "
            "Opens known to be by machines are left out. Nothing is decided by them."
        ),
        OF_DELIVERED,
    ),
    Measure(
        "clicked",
        _("clicked"),
        _("Messages whose link the customer followed. Clicks known to be by machines are left out."),
        OF_DELIVERED,
    ),
    Measure("replied", _("replied"), _("Messages the customer answered."), OF_DELIVERED),
    Measure(
        "unsubscribed",
        _("unsubscribed"),
        _("Messages by which the customer unsubscribed."),
        OF_DELIVERED,
    ),
    Measure(
        "complained",
        pgettext_lazy("messages", "reported as spam"),
        _("Messages the customer reported as spam."),
        OF_DELIVERED,
    ),
    Measure(
        "ordered_by_click",
        _("ordered after a click"),
        _(
            "Orders of customers who clicked the message %(click)s before, and no other message later. An "
            "order belongs to one message only. Cancelled orders are no orders."
        ),
        OF_DELIVERED,
    ),
    Measure(
        "ordered_by_delivery",
        _("ordered after delivery alone"),
        _(
            "Orders of customers who had clicked nothing, but got the message %(delivery)s before, as the last one. "
            "Many of them would have ordered anyway."
        ),
        OF_DELIVERED,
    ),
    Measure("revenue", _("revenue"), _("Of all these orders, after a click and after delivery alone, less refunds.")),
    Measure(
        "revenue_per_recipient",
        _("revenue per recipient"),
        _("Revenue divided by the messages that were delivered."),
    ),
)
NOT_CAUSED = _(
    "Attributed is not caused: these orders followed a message, and some would have come without it. How many, only a "
    "control group tells. Service messages count as marketing does."
)


def definitions(shop: Shop) -> list[tuple[StrPromise, str]]:
    """Each measure with its definition, by the shop's own windows."""
    windows = {"click": _within(shop.click_window_days), "delivery": _within(shop.delivery_window_days)}
    return [(measure.label, str(measure.definition) % windows) for measure in MEASURES]


def _within(days: int) -> str:
    return ngettext("at most %(days)d day", "at most %(days)d days", days) % {"days": days}
