"""Shops whose past can be asked for, by the kind of their source. A new one is a module here and a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crm.intake.history import shopify, woocommerce
from crm.intake.history.asking import Answer, Question
from crm.intake.history.page import Page
from crm.models import FetchRun, Source


@dataclass(frozen=True)
class ShopApi:
    """`probe` is a question that only tells whether a resource may be read.

    `read` raises ValueError, in words, where an answer is not as it should be. `detour` says how to go on when the shop
    refuses the run's question with this status; None where it has to stop. `has_changes` says that it can be asked what
    changed since a moment.
    """

    has_credentials: Callable[[Source], bool]
    probe: Callable[[Source, str], Question]
    question: Callable[[FetchRun], Question]
    read: Callable[[FetchRun, Answer], Page]
    detour: Callable[[FetchRun, int], Page | None]
    has_changes: bool = False


SHOPS = {
    Source.Kind.SHOPIFY: ShopApi(
        shopify.has_credentials, shopify.probe, shopify.question, shopify.read, shopify.detour
    ),
    Source.Kind.WOOCOMMERCE: ShopApi(
        woocommerce.has_credentials,
        woocommerce.probe,
        woocommerce.question,
        woocommerce.read,
        woocommerce.detour,
        has_changes=True,
    ),
}


def shop_of(source: Source) -> ShopApi:
    return SHOPS[Source.Kind(source.kind)]


def can_be_asked(source: Source) -> bool:
    shop = SHOPS.get(Source.Kind(source.kind))
    return shop is not None and shop.has_credentials(source)
