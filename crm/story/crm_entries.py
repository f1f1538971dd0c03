"""The facts of crm as entries of a customer's story, a query for each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from crm.loyalty.coupon_wording import in_short
from crm.models import ConsentRecord, Customer, Event, EventKind, Goodwill, Milestone, Order, StaffTask
from crm.service.feedback import in_words
from crm.service.reviews.writing import in_full
from crm.story import subscription_entries
from crm.story.story import StoryEntry, StoryKind, events, page_of


def orders(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    for order in customer.orders.order_by("-placed_at").prefetch_related("lines")[:limit]:
        yield from _moments_of_order(order)
    reached = Milestone.objects.filter(order__customer=customer).select_related("order").order_by("-reached_at")
    for milestone in reached[:limit]:
        yield StoryEntry(
            milestone.reached_at,
            "flag",
            milestone.name,
            _("Order %(number)s") % {"number": milestone.order.number},
            page_of(milestone.order),
            "good",
            StoryKind.ORDER,
        )


def feedback(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    for left in customer.feedback.select_related("question").order_by("-left_at")[:limit]:
        yield StoryEntry(left.left_at, "star", in_words(left), left.text, "", "", StoryKind.FEEDBACK)


def reviews(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """Sent, and what became of it. Drafts are theirs alone."""
    sent = customer.reviews.filter(sent_at__isnull=False).select_related("product", "order").order_by("-changed_at")
    for review in sent[:limit]:
        where, kind, words = page_of(review), StoryKind.FEEDBACK, {"review": review}
        if review.sent_at:
            yield StoryEntry(
                review.sent_at, "reviews", _("Review: %(review)s") % words, in_full(review), where, "", kind
            )
        if review.published_at:
            title = _("Review published: %(review)s") % words
            yield StoryEntry(review.published_at, "public", title, review.reply, where, "good", kind)
        elif review.status == review.Status.REFUSED and review.decided_at:
            title, why = _("Review refused: %(review)s") % words, review.get_refusal_display()
            yield StoryEntry(review.decided_at, "block", title, why, where, "warning", kind)
        elif review.status == review.Status.WITHDRAWN:
            yield StoryEntry(review.changed_at, "undo", _("Review withdrawn: %(review)s") % words, "", where, "", kind)


def consents(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    for line in customer.consent_records.all()[:limit]:
        where = " · ".join(filter(None, (line.get_channel_display() if line.channel else "", line.address)))
        yield StoryEntry(
            line.occurred_at,
            "approval",
            _("Consent, %(purpose)s: %(action)s")
            % {"purpose": line.get_purpose_display().lower(), "action": line.get_action_display()},
            " · ".join(filter(None, (where, line.source))),
            "",
            "warning" if line.action == ConsentRecord.Action.WITHDRAWN else "",
            StoryKind.CONSENT,
        )


def loyalty(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    kind = StoryKind.LOYALTY
    for entry in customer.points.select_related("order").order_by("-occurred_at")[:limit]:
        title = _("Points, %(kind)s: %(points)s") % {"kind": entry.get_kind_display(), "points": f"{entry.points:+d}"}
        where = page_of(entry.order) if entry.order else ""
        yield StoryEntry(entry.occurred_at, "toll", title, entry.reason, where, "", kind)
    for coupon in customer.coupons.select_related("order", "product", "category", "batch").order_by("-issued_at")[
        :limit
    ]:
        words = {"code": coupon.shown_code, "offer": in_short(coupon)}
        yield StoryEntry(coupon.issued_at, "sell", _("Coupon %(code)s issued: %(offer)s") % words, "", "", "", kind)
        if coupon.redeemed_at:
            title = _("Coupon %(code)s redeemed: %(offer)s") % words
            where = page_of(coupon.order) if coupon.order else ""
            yield StoryEntry(coupon.redeemed_at, "redeem", title, str(coupon.order or ""), where, "good", kind)
    for event in events(*LOYALTY_TOLD):
        icon, tone = LOYALTY_TOLD[event.kind]
        title, detail = _loyalty_words(event)
        yield StoryEntry(event.occurred_at, icon, title, detail, "", tone, kind)


# What no row of points, coupons or tiers tells by itself: its icon and its tone.
LOYALTY_TOLD: dict[str, tuple[str, str]] = {
    EventKind.COUPON_REFUSED: ("money_off", "warning"),
    EventKind.POINTS_REFUSED: ("money_off", "warning"),
    EventKind.TIER_UP: ("military_tech", "good"),
    EventKind.TIER_ENDING: ("military_tech", "warning"),
    EventKind.TIER_DOWN: ("military_tech", "warning"),
    EventKind.GOODWILL_GIVEN: ("volunteer_activism", "good"),
    EventKind.GOODWILL_UNDONE: ("undo", "warning"),
}


def _loyalty_words(event: Event) -> tuple[str, str]:
    facts = event.properties
    if event.kind == EventKind.TIER_UP:
        return _("Reached the tier %(tier)s") % {"tier": facts.get("to", "")}, ""
    if event.kind == EventKind.TIER_DOWN:
        return _("Left the tier %(tier)s") % {"tier": facts.get("from", "")}, facts.get("to", "")
    if event.kind == EventKind.TIER_ENDING:
        day = dt.date.fromisoformat(facts["on"]) if "on" in facts else None
        until = _("until %(day)s") % {"day": date_format(day)} if day else ""
        return _("Will lose the tier %(tier)s") % {"tier": facts.get("from", "")}, until
    if event.kind in (EventKind.GOODWILL_GIVEN, EventKind.GOODWILL_UNDONE):
        what = facts.get("kind", "")
        words = {"what": Goodwill.Kind(what).label if what in Goodwill.Kind.values else ""}
        is_given = event.kind == EventKind.GOODWILL_GIVEN
        return (_("Goodwill given: %(what)s") if is_given else _("Goodwill taken back: %(what)s")) % words, ""
    title = _("Coupon not redeemed") if event.kind == EventKind.COUPON_REFUSED else _("Points not spent")
    return title, facts.get("reason", "")


PROFILE_TOLD = (EventKind.MOOD_NOTED, EventKind.CUSTOMER_MERGED, *subscription_entries.WORDS)


def profile(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """What events alone tell, whatever it is about."""
    for event in events(*PROFILE_TOLD):
        if event.kind in subscription_entries.WORDS:
            yield subscription_entries.entry_of(event)
            continue
        if event.kind == EventKind.CUSTOMER_MERGED:
            title, tone = _("Merged with a duplicate"), ""
        else:
            mood = Customer.Mood(event.properties.get("mood", ""))
            title = _("Mood noted: %(mood)s") % {"mood": mood.label}
            tone = {Customer.Mood.BAD: "bad", Customer.Mood.GOOD: "good"}.get(mood, "")
        yield StoryEntry(
            event.occurred_at, "person", title, event.properties.get("by", ""), "", tone, StoryKind.PROFILE
        )


def addresses(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    known = {contact.pk: contact for contact in customer.contacts.all()}
    for event in events(EventKind.ADDRESS_CHANGED):
        contact, old = (known.get(event.properties.get(name)) for name in ("contact", "replaced"))
        channel = contact.get_channel_display() if contact else ""
        instead = _("instead of %(address)s") % {"address": old} if old else ""
        yield StoryEntry(
            event.occurred_at,
            "contact_mail",
            _("Another address told") + (f": {contact} ({channel})" if contact else ""),
            " · ".join(filter(None, (instead, event.properties.get("by", "")))),
            "",
            "",
            StoryKind.PROFILE,
        )


def _moments_of_order(order: Order) -> Iterator[StoryEntry]:
    money = f"{number_format(order.total, 2, force_grouping=True)} {order.currency}"
    back = f"{number_format(order.refunded, 2, force_grouping=True)} {order.currency}"
    returned = _("Order %(number)s partly returned") if order.is_partly_returned else _("Order %(number)s returned")
    moments = (
        (order.placed_at, "shopping_cart", _("Order %(number)s placed"), money, ""),
        (order.paid_at, "payments", _("Order %(number)s paid"), "", ""),
        (order.shipped_at, "local_shipping", _("Order %(number)s shipped"), order.tracking_number, ""),
        (order.delivered_at, "inventory", _("Order %(number)s delivered or performed"), "", "good"),
        (order.returned_at, "undo", returned, back, "warning"),
        (order.cancelled_at, "cancel", _("Order %(number)s cancelled"), "", "warning"),
    )
    for at, icon, title, detail, tone in reversed(moments):
        if at:
            words = title % {"number": order.number}
            yield StoryEntry(at, icon, words, detail, page_of(order), tone, StoryKind.ORDER)


def staff_tasks(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """What colleagues did; a chain's own entry says that it asked."""
    kind = StoryKind.TASK
    for task in customer.staff_tasks.select_related("done_by").order_by("-created_at", "-pk")[:limit]:
        if task.touch_id is None:
            title = _("Task: %(title)s") % {"title": task.title}
            yield StoryEntry(task.created_at, "task", title, "", page_of(task), "", kind)
        if task.done_at:
            is_done = task.status == StaffTask.Status.DONE
            title = _("Done: %(title)s") if is_done else _("Not needed: %(title)s")
            detail = " · ".join(filter(None, (task.outcome, str(task.done_by or ""))))
            tone = "good" if is_done else ""
            yield StoryEntry(task.done_at, "task_alt", title % {"title": task.title}, detail, page_of(task), tone, kind)
