"""Subscriptions, and what customers asked for on their own page, as entries of their story."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Event, EventKind, Subscription
from crm.story.story import StoryEntry, StoryKind, page_of

# Of each kind: its icon, what happened, how it is meant.
WORDS = {
    EventKind.SUBSCRIPTION_STARTED: ("autorenew", gettext_lazy("Subscribed to %(product)s"), "good"),
    EventKind.SUBSCRIPTION_CHANGED: ("tune", gettext_lazy("Subscription to %(product)s changed"), ""),
    EventKind.SUBSCRIPTION_SKIPPED: ("skip_next", gettext_lazy("A date of %(product)s skipped"), ""),
    EventKind.SUBSCRIPTION_UNSKIPPED: ("undo", gettext_lazy("A skipped date of %(product)s taken back"), ""),
    EventKind.SUBSCRIPTION_PAUSED: ("pause", gettext_lazy("Subscription to %(product)s paused"), "warning"),
    EventKind.SUBSCRIPTION_RESUMED: ("play_arrow", gettext_lazy("Subscription to %(product)s goes on"), "good"),
    EventKind.SUBSCRIPTION_STOPPED: ("stop_circle", gettext_lazy("Subscription to %(product)s stopped"), "bad"),
    EventKind.SUBSCRIPTION_DUE: ("shopping_bag", gettext_lazy("%(product)s came round: asked of the shop"), ""),
    EventKind.SUBSCRIPTION_OUT_OF_STOCK: (
        "hourglass_empty",
        gettext_lazy("%(product)s came round and is out of stock"),
        "warning",
    ),
    EventKind.SUBSCRIPTION_RENEWED: ("event_repeat", gettext_lazy("%(product)s renewed by itself"), "good"),
    EventKind.REPEAT_REQUESTED: ("replay", gettext_lazy("Asked for order %(number)s again"), "good"),
    EventKind.PRODUCT_REGISTERED: ("verified", gettext_lazy("Registered a product of order %(number)s"), "good"),
    EventKind.PRODUCT_UNREGISTERED: ("undo", gettext_lazy("Took back a registration of order %(number)s"), ""),
}


def entry_of(event: Event) -> StoryEntry:
    icon, title, tone = WORDS[EventKind(event.kind)]
    words = {"product": event.properties.get("product", ""), "number": event.properties.get("number", "")}
    where = page_of(event.order) if event.order else ""
    return StoryEntry(event.occurred_at, icon, str(title) % words, _detail(event), where, tone, StoryKind.ORDER)


def _detail(event: Event) -> str:
    told = event.properties
    match event.kind:
        case EventKind.SUBSCRIPTION_STOPPED:
            reasons = dict(Subscription.StopReason.choices)
            return " · ".join(filter(None, (str(reasons.get(told.get("reason"), "")), told.get("words", ""))))
        case EventKind.SUBSCRIPTION_PAUSED if told.get("until"):
            return _("until %(day)s") % {"day": told["until"]}
        case EventKind.PRODUCT_REGISTERED:
            return str(told.get("serial", ""))
        case EventKind.REPEAT_REQUESTED:
            return ", ".join(f"{quantity:g} × {sku}" for sku, quantity in told.get("lines", {}).items())
    return ""
