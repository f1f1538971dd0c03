"""What is offered to whoever gave a high answer: a button on the page that thanks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from chains.models import Touch
from crm.models import ReferralProgramme, Shop, Survey


class Offer(NamedTuple):
    label: str
    url: str


def offer_of(survey: Survey, touch: Touch) -> Offer | None:
    """None where nothing is offered, or the shop has not said where it leads."""
    found = OFFERS[Survey.Offer(survey.offer)](survey, touch)
    return found if found and found.url else None


def _nothing(survey: Survey, touch: Touch) -> None:
    return None


def _review(survey: Survey, touch: Touch) -> Offer:
    """Of what was bought, or of the shop where its reviews are left."""
    own = reverse("chains:review", args=[touch.token]) if touch.order_id else ""
    return Offer(_("Tell others too"), own or Shop.load().review_url)


def _referral(survey: Survey, touch: Touch) -> Offer | None:
    is_on = ReferralProgramme.load().is_on
    return Offer(_("Recommend us"), reverse("chains:kit", args=[touch.token])) if is_on else None


def _link(survey: Survey, touch: Touch) -> Offer:
    return Offer(_("Have a look"), survey.offer_url)


OFFERS: dict[Survey.Offer, Callable[[Survey, Touch], Offer | None]] = {
    Survey.Offer.NOTHING: _nothing,
    Survey.Offer.REVIEW: _review,
    Survey.Offer.REFERRAL: _referral,
    Survey.Offer.LINK: _link,
}
