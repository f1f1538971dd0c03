"""Everything a customer sees of their own recommendations: what to forward, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from crm.figures.wording import number
from crm.languages import spoken
from crm.loyalty.coupon_wording import in_short
from crm.models import Coupon, Customer, Event, EventKind, PointsEntry, Referral, ReferralProgramme, Shop
from crm.referrals.codes import known_code, link_of
from crm.referrals.wording import counts_when, friend_gets, recommender_gets, share_words, smallest_order

ORDERED = ("held", "review", "rewarded", "reversed")


@dataclass(frozen=True)
class ReferralCounts:
    forwarded: int = 0
    visited: int = 0
    joined: int = 0
    ordered: int = 0
    rewarded: int = 0

    @property
    def is_begun(self) -> bool:
        return bool(self.forwarded or self.visited or self.joined)


@dataclass(frozen=True)
class RewardShown:
    """A reward that is theirs; `code` where it is a coupon that was not used."""

    words: str
    code: str = ""


@dataclass(frozen=True)
class ReferralShown:
    """For `chains/public/referral_kit.html`. Nothing in it names anybody, or leads to the customer's own pages."""

    code: str
    url: str
    words: str
    mail_url: str
    forward_url: str
    card_url: str
    story_url: str
    recommender_gets: str
    friend_gets: str
    counts_when: str
    smallest_order: str
    examples_url: str
    contact: str
    counts: ReferralCounts
    rewards: tuple[RewardShown, ...]

    @property
    def text(self) -> str:
        """The words with the link: what is copied, or put into a message."""
        return f"{self.words} {self.url}"


def may_recommend(customer: Customer) -> bool:
    """Whether there is a programme to do it in; their code is made when they ask for it, or a letter shows it."""
    return ReferralProgramme.load().is_on and not customer.erased_at


def referral_for_customer(customer: Customer, now: dt.datetime) -> ReferralShown | None:
    """None for whoever may not recommend, or has no code yet: looking makes none."""
    programme = ReferralProgramme.load()
    code = known_code(customer) if programme.is_on and not customer.erased_at else ""
    if not code:
        return None
    shop, language = Shop.load(), spoken(customer.language.lower().split("-")[0])
    plain, url = code.replace("-", ""), link_of(code)
    words = share_words(programme, shop.name, language)
    return ReferralShown(
        code=code,
        url=url,
        words=words,
        mail_url=f"mailto:?subject={quote(shop.name)}&body={quote(f'{words} {url}')}",
        forward_url=reverse("referral_forward", args=[plain]),
        card_url=reverse("referral_card", args=[plain, "card"]),
        story_url=reverse("referral_card", args=[plain, "story"]),
        recommender_gets=recommender_gets(programme, language),
        friend_gets=friend_gets(programme, language),
        counts_when=counts_when(programme, language),
        smallest_order=smallest_order(programme, language),
        examples_url=programme.examples_url,
        contact=programme.contact or shop.support_contact,
        counts=counts_of(customer),
        rewards=tuple(_rewards(customer, now, language)),
    )


def _rewards(customer: Customer, now: dt.datetime, language: str) -> Iterator[RewardShown]:
    """Points they got for recommending, all together, and coupons that they may still use."""
    theirs = {"customer": customer, "key__startswith": "referral:", "key__endswith": ":recommender"}
    points = PointsEntry.objects.filter(**theirs).aggregate(sum=Sum("points"))["sum"]
    with translation.override(language):
        if points:
            yield RewardShown(ngettext("%(number)s point", "%(number)s points", points) % {"number": number(points)})
        for coupon in Coupon.objects.usable(now).filter(**theirs).select_related("category", "product"):
            yield RewardShown(in_short(coupon), coupon.code)


def counts_of(customer: Customer) -> ReferralCounts:
    """In two queries."""
    of_kind = {
        "forwarded": Count("pk", filter=Q(kind=EventKind.REFERRAL_FORWARDED)),
        "visited": Count("pk", filter=Q(kind=EventKind.REFERRAL_VISITED)),
    }
    kinds = (EventKind.REFERRAL_FORWARDED, EventKind.REFERRAL_VISITED)
    on_the_way = Event.objects.filter(customer=customer, kind__in=kinds).aggregate(**of_kind)
    came = Referral.objects.filter(recommender=customer).aggregate(
        joined=Count("pk"),
        ordered=Count("pk", filter=Q(status__in=ORDERED)),
        rewarded=Count("pk", filter=Q(status="rewarded")),
    )
    return ReferralCounts(**on_the_way, **came)
