"""What a customer gets for their trouble: promised with an offer, given when they accept it, or given at once.

Locks are taken in the order customer, case. Every verb may be called again and then changes nothing.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction

from crm.events import record
from crm.locks import lock_all_current, lock_fact
from crm.models import Case, EventKind, Goodwill
from crm.service.goodwill_gifts import gift_key, hand_over, take_back
from crm.service.goodwill_limits import GoodwillDraft, check, check_limit
from crm.shop_currency import shop_currency

EXCEED = "crm.exceed_goodwill"


@transaction.atomic
def promise(case: Case, draft: GoodwillDraft, *, by: User, at: dt.datetime) -> Goodwill:
    """To be given when the customer accepts. ValueError in words when it is too much for this colleague."""
    lock_all_current([case.customer_id])
    lock_fact(case)
    known = Goodwill.objects.filter(key=draft.key).first()
    if known:
        return known
    check(draft)
    if not by.has_perm(EXCEED):
        check_limit(case, draft, at)
    return Goodwill.objects.create(
        case=case,
        kind=draft.kind,
        points=draft.points,
        percent=draft.percent,
        amount=draft.amount,
        gift=draft.gift[:200],
        currency=shop_currency(),
        reason=draft.reason.strip()[:300],
        given_by=by,
        promised_at=at,
        key=draft.key,
    )


@transaction.atomic
def give(goodwill: Goodwill, *, at: dt.datetime) -> Goodwill:
    """What was promised is given, once."""
    _lock(goodwill)
    if goodwill.given_at or goodwill.undone_at:
        return goodwill
    hand_over(goodwill, at)
    goodwill.given_at = at
    goodwill.save(update_fields=["given_at", "coupon"])
    _tell(EventKind.GOODWILL_GIVEN, goodwill, at)
    return goodwill


@transaction.atomic
def give_promised(case: Case, *, at: dt.datetime) -> list[Goodwill]:
    """The customer accepted."""
    return [give(goodwill, at=at) for goodwill in case.goodwills.promised()]


@transaction.atomic
def undo(goodwill: Goodwill, *, at: dt.datetime) -> Goodwill:
    """Take it back. ValueError in words when the customer has used it already."""
    _lock(goodwill)
    if goodwill.undone_at:
        return goodwill
    if goodwill.given_at:
        take_back(goodwill, at)
        _tell(EventKind.GOODWILL_UNDONE, goodwill, at)
    goodwill.undone_at = at
    goodwill.save(update_fields=["undone_at"])
    return goodwill


def _lock(goodwill: Goodwill) -> None:
    """Its customer and case first, as everywhere, and then what is known of it now."""
    lock_all_current([goodwill.case.customer_id])
    lock_fact(goodwill.case)
    goodwill.refresh_from_db(fields=["given_at", "undone_at", "coupon"])


def _tell(kind: EventKind, goodwill: Goodwill, at: dt.datetime) -> None:
    told = {
        "points": goodwill.points,
        "percent": goodwill.percent,
        "amount": None if goodwill.amount is None else str(goodwill.amount),
        "currency": goodwill.currency if goodwill.amount is not None else None,
    }
    record(
        kind,
        customer=goodwill.case.customer,
        order=goodwill.case.order,
        occurred_at=at,
        source="crm",
        key=f"{gift_key(goodwill)}:{kind.removeprefix('goodwill.')}",
        properties={"goodwill": goodwill.pk, "case": goodwill.case_id, "kind": goodwill.kind}
        | {name: value for name, value in told.items() if value is not None},
    )
