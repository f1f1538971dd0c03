"""What recommendations keep about people, for their document and their erasure."""

from __future__ import annotations

import datetime as dt

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from crm.models import Referral, ReferralCode
from crm.privacy.kept import Kept, columns
from crm.privacy.person import Person

BLANK_CODE = Concat(Value("—"), Cast("pk", CharField()))
OPEN = ("joined", "held", "review")


def _codes(person: Person) -> QuerySet[ReferralCode]:
    return ReferralCode.objects.filter(customer__in=person.ids).order_by("created_at", "pk")


def _erase_codes(found: QuerySet[ReferralCode], at: dt.datetime) -> int:
    """Nobody comes by it any more."""
    return found.exclude(code__startswith="—").update(code=BLANK_CODE)


def _given(person: Person) -> QuerySet[Referral]:
    """What they recommended, and by which recommendation they came: the other of the two is not told."""
    theirs = Q(recommender__in=person.ids) | Q(friend__in=person.ids)
    return Referral.objects.filter(theirs).order_by("joined_at", "pk")


def _end(found: QuerySet[Referral], at: dt.datetime) -> int:
    """What is decided stays, as a figure; who is erased is rewarded no more, and neither is who brought them."""
    ended = found.filter(status__in=OPEN).update(status="void", why=Referral.Why.ERASED)
    found.exclude(device="").update(device="")
    return ended


KEPT = (
    Kept("referral_codes", _codes, columns("code", "created_at"), _erase_codes),
    Kept("referrals", _given, columns("came_by", "status", "why", "joined_at", "rewarded_at"), _end),
)
