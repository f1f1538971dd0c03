"""The customers guard decides about, as they are now: one query a fact, however many customers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from django.db.models.functions import Coalesce

from chains.engine import facts
from chains.engine.guard.values import DueTouch, Recipient, RecipientAddress, SegmentCap
from chains.engine.guard.weekly_cap import WEEK
from chains.engine.local_time import DAY
from chains.engine.moments import earliest, moment_of
from chains.models import SegmentLimits, Touch
from crm.models import Case, Contact, Customer, Shop
from crm.timezones import zone_of

# A letter of the last hours says nothing about reading yet.
TIME_TO_READ = DAY
# For each customer it looks once along the index of sent letters.
UNREAD = """
    SELECT customer.id FROM unnest(%(customers)s::bigint[], %(untils)s::timestamptz[]) AS customer (id, until)
    CROSS JOIN LATERAL (
        SELECT count(*) AS sent, count(opened_at) + count(clicked_at) + count(replied_at) AS signs FROM (
            SELECT opened_at, clicked_at, replied_at FROM chains_letter
            WHERE customer_id = customer.id AND sent_at <= customer.until
            ORDER BY sent_at DESC LIMIT %(letters)s
        ) AS last
    ) AS found
    WHERE found.sent = %(letters)s AND found.signs = 0
"""


def recipients(due: Mapping[int, Collection[DueTouch]], shop: Shop, now: dt.datetime) -> dict[int, Recipient]:
    """Everybody in `due`; what only stops marketing is read only of those for whom marketing is due."""
    targeted = {pk for pk, touches in due.items() if any(touch.is_marketing for touch in touches)}
    asking = {pk for pk, touches in due.items() if any(touch.asks for touch in touches)}
    complaints, asked = _open_complaints(targeted | asking), _asked_at(asking, shop.survey_days, now)
    cooldowns = _cooldowns(targeted, shop.complaint_cooldown_days, now)
    unread, limits = _without_reading(targeted, shop.unread_letters, now), _segment_limits(set(due), now)
    addresses, counted_at = _addresses(set(due)), _counted_at(targeted, now)
    return {
        pk: Recipient(
            zone=zone_of(profile.time_zone),
            customer_id=pk,
            counted_at=tuple(counted_at.get(pk, ())),
            addresses=addresses.get(pk, {}),
            preferred_channels=(
                *profile.channel_order,
                *(limit.channel for limit in limits.get(pk, ()) if limit.channel),
            ),
            frequency=profile.frequency,
            segment_caps=tuple(_caps(limits.get(pk, ()))),
            unread_letters=shop.unread_letters if pk in unread else 0,
            complaint=complaints.get(pk, ""),
            asked_at=asked.get(pk),
            cooldown_until=cooldowns.get(pk),
            has_bad_mood=profile.mood == Customer.Mood.BAD,
            muted_topics=frozenset(profile.muted_topics),
            is_erased=profile.erased_at is not None,
        )
        for pk, profile in facts.profiles(set(due)).items()
    }


def _cooldowns(customers: Collection[int], days: int, now: dt.datetime) -> dict[int, dt.datetime]:
    """Until when those are left in peace whose complaint was resolved so many days ago at most."""
    if not days or not customers:
        return {}
    rows = Case.objects.complaints().filter(
        customer__in=customers, resolved_at__gt=earliest(now) - days * DAY, resolved_at__lte=now
    )
    resolved = rows.order_by("resolved_at").values_list("customer_id", "resolved_at")
    return {customer: resolved_at + days * DAY for customer, resolved_at in resolved if resolved_at}


def _without_reading(customers: Collection[int], letters: int, now: dt.datetime) -> set[int]:
    """Those who gave no sign of reading any of so many last letters. Opens by machines are not kept."""
    if not letters or not customers:
        return set()
    with connection.cursor() as cursor:
        untils = [moment_of(now, pk) - TIME_TO_READ for pk in customers]
        cursor.execute(UNREAD, {"customers": list(customers), "untils": untils, "letters": letters})
        return {pk for (pk,) in cursor.fetchall()}


def _segment_limits(customers: Collection[int], now: dt.datetime) -> dict[int, list[SegmentLimits]]:
    """The limits of the segments each customer is in at this moment: a query for each segment that has any."""
    found: dict[int, list[SegmentLimits]] = defaultdict(list)
    for limit in SegmentLimits.objects.select_related("segment").only("weekly_cap", "channel", "segment__name"):
        for pk in facts.members(limit.segment_id, customers, now):
            found[pk].append(limit)
    return found


def _channels(limits: Iterable[SegmentLimits]) -> list[str]:
    return [limit.channel for limit in limits if limit.channel]


def _caps(limits: Iterable[SegmentLimits]) -> list[SegmentCap]:
    return [SegmentCap(limit.weekly_cap, limit.segment.name) for limit in limits if limit.weekly_cap is not None]


def _open_complaints(customers: Collection[int]) -> dict[int, str]:
    """The subject of each customer's oldest open complaint."""
    rows = Case.objects.open().complaints().filter(customer__in=customers).order_by("-opened_at")
    return dict(rows.values_list("customer_id", "subject"))


def _asked_at(customers: Collection[int], days: int, now: dt.datetime) -> dict[int, dt.datetime]:
    """When the last question to each went out, or what is on its way was due."""
    if not days or not customers:
        return {}
    rows = Touch.objects.asked(earliest(now) - days * DAY).filter(customer__in=customers)
    at = Coalesce("sent_at", "due_at")
    return dict(rows.annotate(at=at).order_by("at").values_list("customer_id", "at"))


def _addresses(customers: Collection[int]) -> dict[int, dict[str, tuple[RecipientAddress, ...]]]:
    found: dict[int, dict[str, tuple[RecipientAddress, ...]]] = defaultdict(dict)
    rows = Contact.objects.filter(customer__in=customers).told_last_first()
    for customer, channel, pk, state, marketing, service in rows.values_list(
        "customer_id", "channel", "pk", "state", "marketing_consent", "service_consent"
    ):
        found[customer][channel] = (*found[customer].get(channel, ()), RecipientAddress(pk, state, marketing, service))
    return found


def _counted_at(customers: Collection[int], now: dt.datetime) -> dict[int, list[dt.datetime]]:
    """When the touches went that fill each customer's week; what is on its way counts as of now."""
    week: dict[int, list[dt.datetime]] = defaultdict(list)
    rows = Touch.objects.counted(earliest(now) - WEEK).filter(customer__in=customers)
    for customer, sent_at in rows.values_list("customer_id", "sent_at"):
        week[customer].append(sent_at or moment_of(now, customer))
    return week
