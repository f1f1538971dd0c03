"""The customers guard decides about, as they are now: one query a fact, however many customers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db import connection

from chains.engine import facts
from chains.engine.guard.values import Candidate, Person, SegmentCap
from chains.engine.local_time import DAY
from chains.models import SegmentCare
from crm.models import Case, Customer, Shop
from crm.timezones import zone_of

# A letter of the last hours says nothing yet.
TIME_TO_READ = DAY
# One look along the index of sent touches a customer.
UNREAD = """
    SELECT customer.id FROM unnest(%(customers)s::bigint[]) AS customer (id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS sent, count(opened_at) + count(clicked_at) + count(replied_at) AS signs FROM (
            SELECT opened_at, clicked_at, replied_at FROM chains_letter
            WHERE customer_id = customer.id AND sent_at <= %(until)s
            ORDER BY sent_at DESC LIMIT %(letters)s
        ) AS last
    ) AS found
    WHERE found.sent = %(letters)s AND found.signs = 0
"""


def people(due: Mapping[int, Collection[Candidate]], shop: Shop, now: dt.datetime) -> dict[int, Person]:
    """Everybody in `due`; what holds only marketing is read for those whom marketing is due for."""
    asked = {pk for pk, theirs in due.items() if any(one.is_marketing for one in theirs)}
    complaints, resting = facts.complaints(asked), _resting(asked, shop.peace_days, now)
    unread, cares = _unread(asked, shop.unread_letters, now), _cares(set(due), now)
    addresses, counted = facts.addresses(set(due)), facts.counted(asked, now)
    return {
        pk: Person(
            zone=zone_of(profile.time_zone),
            customer_id=pk,
            counted=tuple(counted.get(pk, ())),
            addresses=addresses.get(pk, {}),
            preferred=(*profile.channel_order, *(care.channel for care in cares.get(pk, ()) if care.channel)),
            pace=profile.pace,
            segment_caps=tuple(
                SegmentCap(care.weekly_cap, care.segment.name)
                for care in cares.get(pk, ())
                if care.weekly_cap is not None
            ),
            unread=shop.unread_letters if pk in unread else 0,
            complaint=complaints.get(pk, ""),
            peace_until=resting.get(pk),
            has_bad_mood=profile.mood == Customer.Mood.BAD,
            muted_topics=frozenset(profile.muted_topics),
            is_erased=profile.erased_at is not None,
        )
        for pk, profile in facts.profiles(set(due)).items()
    }


def _resting(customers: Collection[int], days: int, now: dt.datetime) -> dict[int, dt.datetime]:
    """Until when those rest whose complaint was resolved so many days ago at most."""
    if not days or not customers:
        return {}
    rows = Case.objects.complaints().filter(
        customer__in=customers, resolved_at__gt=now - days * DAY, resolved_at__lte=now
    )
    found = rows.order_by("resolved_at").values_list("customer_id", "resolved_at")
    return {customer: resolved_at + days * DAY for customer, resolved_at in found if resolved_at}


def _unread(customers: Collection[int], letters: int, now: dt.datetime) -> set[int]:
    """Those who gave no sign of reading any of their last so many letters. Opens by machines are not kept."""
    if not letters or not customers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, {"customers": list(customers), "letters": letters, "until": now - TIME_TO_READ})
        return {pk for (pk,) in cursor.fetchall()}


def _cares(customers: Collection[int], now: dt.datetime) -> dict[int, list[SegmentCare]]:
    """What the settings say of the segments each customer belongs to at this moment: a query a segment."""
    found: dict[int, list[SegmentCare]] = defaultdict(list)
    for care in SegmentCare.objects.select_related("segment").only("weekly_cap", "channel", "segment__name"):
        for pk in facts.members(care.segment_id, customers, now):
            found[pk].append(care)
    return found
