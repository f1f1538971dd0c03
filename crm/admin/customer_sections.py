"""What stands on the customer's page, in its order: a template, and what it is shown with.

What matters while they are on the line comes first. A section that has nothing to show is not there.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from crm.admin.customer_expectation import expectation_of
from crm.admin.customer_offers import offers_to
from crm.admin.customer_orders import newest_orders, spent_by_currency
from crm.customers.contact_links import links_of
from crm.figures.lifecycle import stage_of
from crm.loyalty.shown import loyalty_for_customer
from crm.models import Customer, Referral
from crm.shop_currency import shop_currency
from crm.subscriptions.wording import interval_in_words

Shown = dict[str, Any]
NOTES, TASKS, REFERRALS = 20, 8, 8


@dataclass(frozen=True, slots=True)
class Section:
    """`read` returns nothing where there is nothing to show."""

    template: str
    read: Callable[[Customer, dt.datetime], Shown | None]


def _who(customer: Customer, now: dt.datetime) -> Shown:
    stats = getattr(customer, "stats", None)
    gap = stats.median_gap_days if stats else None
    return {
        "stage": stage_of(stats, now),
        "stats": stats,
        "usual_gap": None if gap is None else round(gap),
        "expectation": expectation_of(customer, now),
        "spent": spent_by_currency(customer),
        "shop_currency": shop_currency(),
    }


def _orders(customer: Customer, now: dt.datetime) -> Shown | None:
    orders = newest_orders(customer)
    return {"orders": orders} if orders else None


def _tasks(customer: Customer, now: dt.datetime) -> Shown:
    """What is to be done first, then what was done last."""
    tasks = customer.staff_tasks.select_related("owner", "owner_group", "done_by")
    return {"tasks": tasks.order_by(F("done_at").desc(nulls_first=True), "due_at", "pk")[:TASKS]}


def _contacts(customer: Customer, now: dt.datetime) -> Shown:
    """Of each channel the one told last comes first."""
    told_last = sorted(customer.contacts.all(), key=lambda contact: (contact.told_at, contact.pk), reverse=True)
    by_channel = sorted(told_last, key=lambda contact: contact.channel)
    return {"contacts": [(contact, links_of(contact)) for contact in by_channel]}


def _notes(customer: Customer, now: dt.datetime) -> Shown:
    notes = customer.written_notes.pinned_first().select_related("author")[:NOTES]
    return {"notes": notes, "token": uuid.uuid4().hex}


def _mood(customer: Customer, now: dt.datetime) -> Shown:
    return {"moods": Customer.Mood.choices}


def _offers(customer: Customer, now: dt.datetime) -> Shown | None:
    offers = offers_to(customer, now)
    return {"offers": offers} if offers else None


def _loyalty(customer: Customer, now: dt.datetime) -> Shown:
    return {"loyalty": loyalty_for_customer(customer, now)}


def _referrals(customer: Customer, now: dt.datetime) -> Shown | None:
    """Who brought them, and whom they brought."""
    both = Referral.objects.live().filter(Q(friend=customer) | Q(recommender=customer))
    found = list(both.select_related("recommender", "friend").order_by("-joined_at", "-pk")[:REFERRALS])
    return {"referrals": found} if found else None


def _subscriptions(customer: Customer, now: dt.datetime) -> Shown | None:
    live = customer.subscriptions.live().select_related("product").order_by("next_on", "pk")
    found = [(one, interval_in_words(one.every, one.unit)) for one in live]
    return {"subscriptions": found} if found else None


def _nothing(customer: Customer, now: dt.datetime) -> Shown:
    return {}


MAIN = (
    Section("crm/admin/card/who.html", _who),
    Section("crm/admin/customer_complaint.html", _nothing),
    Section("crm/admin/card/tasks.html", _tasks),
    Section("crm/admin/card/orders.html", _orders),
)
SIDE = (
    Section("crm/admin/card/contacts.html", _contacts),
    Section("crm/admin/card/notes.html", _notes),
    Section("crm/admin/card/mood.html", _mood),
    Section("crm/admin/card/offers.html", _offers),
    Section("crm/admin/card/loyalty.html", _loyalty),
    Section("crm/admin/card/subscriptions.html", _subscriptions),
    Section("crm/admin/card/referrals.html", _referrals),
    Section("crm/admin/card/profile.html", _nothing),
)


def shown(sections: tuple[Section, ...], customer: Customer, now: dt.datetime) -> list[tuple[str, Shown]]:
    """Each template with what it is shown with."""
    read = ((section.template, section.read(customer, now)) for section in sections)
    return [(template, found) for template, found in read if found is not None]
