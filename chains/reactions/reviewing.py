"""What may be reviewed behind a letter: the goods of the order it is about, or the order itself where it has none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F

from chains.messages.context import language_of
from chains.models import Touch
from crm.models import Order, OrderLine, Product, Review, ReviewSettings
from crm.service.reviews.questions import questions
from crm.service.reviews.writing import reviews_about


@dataclass(frozen=True)
class Subject:
    """`review` is what the customer wrote about it so far."""

    order: Order
    product: Product | None
    review: Review | None

    @property
    def name(self) -> str:
        return str(self.product or self.order)


def subjects_of(touch: Touch, now: dt.datetime) -> list[Subject]:
    """What cost most comes first. What was given back may be reviewed too: its buyer knows why."""
    order = _order_of(touch, now)
    if order is None:
        return []
    lines = OrderLine.objects.filter(order=order).select_related("product").order_by(-F("price") * F("quantity"), "pk")
    products = list({line.product_id: line.product for line in lines}.values())
    known = reviews_about(touch.customer, order, [product.pk for product in products])
    if not products:
        return [Subject(order, None, known.get(None))]
    return [Subject(order, product, known.get(product.pk)) for product in products]


def _order_of(touch: Touch, now: dt.datetime) -> Order | None:
    if touch.order_id:
        return Order.objects.counted().filter(pk=touch.order_id).first()
    theirs = Order.objects.kept().filter(customer=touch.customer, placed_at__lte=now)
    return theirs.order_by("-placed_at", "-pk").first()


def questions_for(touch: Touch) -> list[str]:
    return questions(ReviewSettings.load(), language_of(touch.customer))
