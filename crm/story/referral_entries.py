"""What a customer's story tells of recommendations: theirs, and the one they came by."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Customer, Event, EventKind, Referral
from crm.story.story import StoryEntry, StoryKind, events, page_of

# In the words of the one whose story it is: an icon, what happened, and whether that is good.
TOLD = {
    EventKind.REFERRAL_ASKED: ("campaign", gettext_lazy("Asked to recommend the shop"), ""),
    EventKind.REFERRAL_FORWARDED: ("forward", gettext_lazy("Forwarded the recommendation"), "good"),
    EventKind.REFERRAL_VISITED: ("visibility", gettext_lazy("A friend looked at their recommendation"), ""),
    EventKind.REFERRAL_JOINED: ("person_add", gettext_lazy("Brought a friend"), "good"),
    EventKind.REFERRAL_CAME: ("waving_hand", gettext_lazy("Came by a recommendation"), ""),
    EventKind.REFERRAL_USED: ("shopping_cart", gettext_lazy("A friend they brought ordered"), "good"),
    EventKind.REFERRAL_REWARDED: ("redeem", gettext_lazy("Rewarded for a recommendation"), "good"),
    EventKind.REFERRAL_VOIDED: ("block", gettext_lazy("A recommendation does not count"), "warning"),
    EventKind.REFERRAL_REFUSED: ("block", gettext_lazy("A recommendation was refused"), "warning"),
}
REFUSALS = {
    "self": gettext_lazy("both are one person"),
    "known": gettext_lazy("the friend had ordered before"),
    "taken": gettext_lazy("somebody else recommended the shop to them before"),
    "circle": gettext_lazy("the friend brought who recommends them"),
    "erased": gettext_lazy("one of them was erased"),
}


def referrals(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    found = events(*TOLD)
    named = {event.properties.get("referral") for event in found} - {None}
    rows = Referral.objects.select_related("recommender", "friend").in_bulk(named) if named else {}
    for event in found:
        icon, title, tone = TOLD[EventKind(event.kind)]
        referral = rows.get(event.properties.get("referral"))
        detail, url = _about(customer, event, referral)
        yield StoryEntry(event.occurred_at, icon, str(title), detail, url, tone, StoryKind.LOYALTY)


def _about(customer: Customer, event: Event, referral: Referral | None) -> tuple[str, str]:
    """The other of the two, and why it does not count."""
    why = event.properties.get("why", "")
    if event.kind == EventKind.REFERRAL_REFUSED:
        return str(REFUSALS.get(why, "")), ""
    if referral is None:
        return "", ""
    other = referral.friend if referral.recommender_id == customer.pk else referral.recommender
    words = _("by %(name)s") if event.kind == EventKind.REFERRAL_CAME else "%(name)s"
    parts = [words % {"name": other} if other else "", _label(why) if event.kind == EventKind.REFERRAL_VOIDED else ""]
    return " · ".join(filter(None, parts)), page_of(referral)


def _label(why: str) -> str:
    return str(Referral.Why(why).label) if why in Referral.Why.values else ""
