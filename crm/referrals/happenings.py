"""What happens on the way of a recommendation, as facts of who recommends: asked for, forwarded, looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from crm.events import record, record_many
from crm.models import Customer, Event, EventKind
from crm.timezones import day_of

WAYS = ("whatsapp", "telegram", "mail", "copy", "other")


def note_asked(customer_ids: Iterable[int], *, key: str, at: dt.datetime) -> int:
    """They were asked to recommend the shop; `key` tells this asking from every other."""
    return len(
        record_many(
            Event(
                kind=EventKind.REFERRAL_ASKED,
                customer_id=pk,
                occurred_at=at,
                source="crm",
                key=f"referral:{pk}:asked:{key}",
                properties={},
            )
            for pk in customer_ids
        )
    )


def note_forwarded(recommender: Customer, way: str, *, at: dt.datetime) -> None:
    """Pressed twice within a minute it was forwarded once."""
    known = way if way in WAYS else "other"
    record(
        EventKind.REFERRAL_FORWARDED,
        customer=recommender,
        occurred_at=at,
        source="crm",
        key=f"referral:{recommender.pk}:forwarded:{known}:{at:%Y%m%d%H%M}",
        properties={"by": known},
    )


def note_visit(recommender: Customer, visitor: str, *, at: dt.datetime) -> None:
    """Once a day of the same visitor."""
    record(
        EventKind.REFERRAL_VISITED,
        customer=recommender,
        occurred_at=at,
        source="crm",
        key=f"referral:{recommender.pk}:visited:{day_of(at)}:{visitor[:32]}",
        properties={},
    )


def device_of(network: str, user_agent: str) -> str:
    """Tells browsers apart without keeping who they were; empty where it is not known."""
    return salted_hmac("crm.referrals", f"{network} {user_agent}").hexdigest() if network and user_agent else ""
