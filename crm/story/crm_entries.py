"""The facts of crm as entries of a customer's story, a query for each kind."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.loyalty.coupon_wording import in_short
from crm.models import ConsentRecord, Customer, Event, EventKind, Milestone, Order
from crm.service.feedback import in_words
from crm.service.reviews.writing import in_full
from crm.story.story import StoryEntry, StoryKind, page_of


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
    for left in customer.feedback.order_by("-left_at")[:limit]:
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
    for coupon in customer.coupons.select_related("order", "product", "category").order_by("-issued_at")[:limit]:
        words = {"code": coupon.code, "offer": in_short(coupon)}
        yield StoryEntry(coupon.issued_at, "sell", _("Coupon %(code)s issued: %(offer)s") % words, "", "", "", kind)
        if coupon.redeemed_at:
            title = _("Coupon %(code)s redeemed: %(offer)s") % words
            where = page_of(coupon.order) if coupon.order else ""
            yield StoryEntry(coupon.redeemed_at, "redeem", title, str(coupon.order or ""), where, "good", kind)
    refused = Event.objects.filter(customer=customer, kind=EventKind.COUPON_REFUSED).order_by("-occurred_at")
    for event in refused[:limit]:
        reason = event.properties.get("reason", "")
        yield StoryEntry(event.occurred_at, "money_off", _("Coupon not redeemed"), reason, "", "warning", kind)


def profile(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    noted = (EventKind.MOOD_NOTED, EventKind.CUSTOMER_MERGED)
    for event in Event.objects.filter(customer=customer, kind__in=noted).order_by("-occurred_at")[:limit]:
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
    told = Event.objects.filter(customer=customer, kind=EventKind.ADDRESS_CHANGED).order_by("-occurred_at")[:limit]
    for event in told:
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
