"""What is offered to whoever gave a high answer: a button on the page that thanks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _

from crm.models import Shop, Survey


class Offer(NamedTuple):
    label: str
    url: str


def offer_of(survey: Survey, shop: Shop) -> Offer | None:
    """None where nothing is offered, or the shop has not said where it leads."""
    found = OFFERS[Survey.Offer(survey.offer)](survey, shop)
    return found if found and found.url else None


def _nothing(survey: Survey, shop: Shop) -> None:
    return None


def _review(survey: Survey, shop: Shop) -> Offer:
    return Offer(_("Tell others too"), shop.review_url)


def _link(survey: Survey, shop: Shop) -> Offer:
    return Offer(_("Have a look"), survey.offer_url)


OFFERS: dict[Survey.Offer, Callable[[Survey, Shop], Offer | None]] = {
    Survey.Offer.NOTHING: _nothing,
    Survey.Offer.REVIEW: _review,
    Survey.Offer.LINK: _link,
}
