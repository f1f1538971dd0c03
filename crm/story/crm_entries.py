"""The facts of crm as entries of a customer's story, a query for each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Model
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.loyalty.coupon_wording import in_short
from crm.models import Case, CaseMessage, ConsentRecord, Customer, Event, EventKind, Milestone, Order
from crm.service.feedback import in_words
from crm.story.story import StoryEntry, StoryKind


def orders(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    for order in customer.orders.order_by("-placed_at")[:limit]:
        yield from _moments_of_order(order)
    reached = Milestone.objects.filter(order__customer=customer).select_related("order").order_by("-reached_at")
    for milestone in reached[:limit]:
        yield StoryEntry(
            milestone.reached_at,
            "flag",
            milestone.name,
            _("Order %(number)s") % {"number": milestone.order.number},
            _page(milestone.order),
            "good",
            StoryKind.ORDER,
        )


def cases(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    for case in customer.cases.order_by("-opened_at")[:limit]:
        moments = (
            (case.opened_at, "report", _("Opened: %(subject)s"), case.body, "bad"),
            (case.acknowledged_at, "mark_chat_read", _("Acknowledged: %(subject)s"), "", ""),
            (case.answered_at, "handshake", _("Solution offered: %(subject)s"), _offer(case), ""),
            (case.resolved_at, "task_alt", _("Resolved: %(subject)s"), "", "good"),
            (case.confirmed_at, "sentiment_satisfied", _("Customer is content: %(subject)s"), "", "good"),
        )
        for at, icon, title, detail, tone in reversed(moments):
            if at:
                words = title % {"subject": case.subject}
                yield StoryEntry(at, icon, words, detail, _page(case), tone, StoryKind.CASE)


def reopened_cases(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """Of a case that was opened again its row knows no more when it had been called settled."""
    events = Event.objects.filter(customer=customer, kind=EventKind.CASE_REOPENED).order_by("-occurred_at")[:limit]
    cases = customer.cases.in_bulk([event.properties.get("case") for event in events])
    for event in events:
        if case := cases.get(event.properties.get("case")):
            words, where = {"subject": case.subject}, _page(case)
            title = _("Opened again: %(subject)s") % words
            yield StoryEntry(event.occurred_at, "replay", title, "", where, "bad", StoryKind.CASE)
            settled_at = dt.datetime.fromisoformat(event.properties["resolved_at"])
            yield StoryEntry(
                settled_at, "task_alt", _("Resolved: %(subject)s") % words, "", where, "good", StoryKind.CASE
            )


def letters(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """What the customer wrote and what colleagues wrote back."""
    newest = CaseMessage.objects.filter(case__customer=customer).select_related("case", "author")
    for message in newest.order_by("-occurred_at", "-pk")[:limit]:
        title = _("The customer wrote: %(subject)s") if message.is_received else _("We wrote: %(subject)s")
        yield StoryEntry(
            message.occurred_at,
            "inbox" if message.is_received else "reply",
            title % {"subject": message.subject or message.case.subject},
            "\n".join(filter(None, (message.failure, message.text))),
            _page(message.case),
            "bad" if message.failed_at else "",
            StoryKind.CASE,
        )


def feedback(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    for left in customer.feedback.order_by("-left_at")[:limit]:
        yield StoryEntry(left.left_at, "star", in_words(left), left.text, "", "", StoryKind.FEEDBACK)


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
        where = _page(entry.order) if entry.order else ""
        yield StoryEntry(entry.occurred_at, "toll", title, entry.reason, where, "", kind)
    for coupon in customer.coupons.select_related("order", "product", "category").order_by("-issued_at")[:limit]:
        words = {"code": coupon.code, "offer": in_short(coupon)}
        yield StoryEntry(coupon.issued_at, "sell", _("Coupon %(code)s issued: %(offer)s") % words, "", "", "", kind)
        if coupon.redeemed_at:
            title = _("Coupon %(code)s redeemed: %(offer)s") % words
            where = _page(coupon.order) if coupon.order else ""
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
    moments = (
        (order.placed_at, "shopping_cart", _("Order %(number)s placed"), money, ""),
        (order.paid_at, "payments", _("Order %(number)s paid"), "", ""),
        (order.shipped_at, "local_shipping", _("Order %(number)s shipped"), order.tracking_number, ""),
        (order.delivered_at, "inventory", _("Order %(number)s delivered or performed"), "", "good"),
        (order.returned_at, "undo", _("Order %(number)s returned"), back, "warning"),
        (order.cancelled_at, "cancel", _("Order %(number)s cancelled"), "", "warning"),
    )
    for at, icon, title, detail, tone in reversed(moments):
        if at:
            words = title % {"number": order.number}
            yield StoryEntry(at, icon, words, detail, _page(order), tone, StoryKind.ORDER)


def _offer(case: Case) -> str:
    parts = [case.solution]
    if case.alternative:
        parts.append(_("or: %(alternative)s") % {"alternative": case.alternative})
    if case.goodwill:
        parts.append(_("bonus: %(goodwill)s") % {"goodwill": case.goodwill})
    return "\n".join(filter(None, parts))


def _page(subject: Model) -> str:
    return reverse(f"admin:crm_{subject._meta.model_name}_change", args=[subject.pk])
