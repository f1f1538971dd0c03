"""Two records become one person: what each recommended, and who brought them, goes on for the one who is kept."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, Q, When

from crm.models import Customer, Referral, ReferralCode

OPEN = ("joined", "held", "review")
# What is decided stays; of the others the older one.
MOST_DECIDED_FIRST = Case(
    When(status="rewarded", then=0), When(status="reversed", then=1), When(status="joined", then=3), default=2
)


def follow(keeper: Customer, duplicate: Customer, at: dt.datetime) -> None:
    """Within the merge's transaction, which has both customers locked. Codes of both work on."""
    _end_between(keeper, duplicate)
    _keep_one_way_in(keeper, duplicate)
    Referral.objects.filter(recommender=duplicate).update(recommender=keeper)
    Referral.objects.filter(friend=duplicate).update(friend=keeper)
    if ReferralCode.objects.filter(customer=keeper, is_current=True).exists():
        ReferralCode.objects.filter(customer=duplicate).update(is_current=False)
    ReferralCode.objects.filter(customer=duplicate).update(customer=keeper)


def _end_between(keeper: Customer, duplicate: Customer) -> None:
    """Nobody recommends the shop to themselves: without a friend a reward is taken back at the next settling."""
    pair = Q(recommender=keeper, friend=duplicate) | Q(recommender=duplicate, friend=keeper)
    between = Referral.objects.filter(pair)
    between.filter(status__in=OPEN).update(status="void", why=Referral.Why.SELF)
    between.update(friend=None)


def _keep_one_way_in(keeper: Customer, duplicate: Customer) -> None:
    """Of two that brought this person one counts; what the other gave is taken back."""
    found = Referral.objects.live().filter(friend__in=[keeper, duplicate])
    ways = list(found.order_by(MOST_DECIDED_FIRST, "joined_at", "pk").values_list("pk", flat=True))
    others = Referral.objects.filter(pk__in=ways[1:])
    others.filter(status__in=OPEN).update(status="void", why=Referral.Why.DOUBLE)
    others.exclude(status="void").update(friend=None)
