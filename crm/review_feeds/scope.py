"""What a feed is about: a product with its variants, a category with all below it, or the whole shop."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Prefetch, Q
from django.http import QueryDict

from crm.models import Product, Review, ReviewPhoto
from crm.models.review import ReviewQuerySet

LONGEST_TERM = 200
BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT id FROM crm_category WHERE id = %(category)s
        UNION SELECT child.id FROM crm_category AS child JOIN below ON child.parent_id = below.id
    )
    SELECT id FROM below
"""


@dataclass(frozen=True)
class Scope:
    """`terms` are those of the address that it was asked by. Of a product nobody knows there are no reviews."""

    terms: dict[str, str]
    is_about: Q
    product: Product | None = None

    def reviews(self) -> ReviewQuerySet:
        """With all that is shown of them, in a constant number of queries."""
        photos = ReviewPhoto.objects.filter(hidden_at=None).defer("content", "thumbnail")
        found = Review.objects.published().filter(self.is_about, customer__erased_at=None)
        return (
            found.select_related("customer", "product")
            .prefetch_related(Prefetch("photos", photos))
            .order_by("-published_at", "-pk")
        )

    def changed_at(self) -> dt.datetime | None:
        """Also of those that are shown no more."""
        return Review.objects.filter(self.is_about).aggregate(last=Max("changed_at"))["last"]  # type: ignore[no-any-return]


def scope_of(asked: QueryDict) -> Scope:
    sku, category = asked.get("product", "")[:LONGEST_TERM], asked.get("category", "")
    if sku:
        return product_scope(sku)
    if category.isdecimal() and len(category) < 19:
        return Scope({"category": category}, Q(product__category__in=_below(int(category))))
    return Scope({}, Q())


def product_scope(sku: str) -> Scope:
    product = Product.objects.filter(sku=sku.replace("\0", "")).first()
    is_about = Q(product=product) if product else Q(pk__in=[])
    if product and product.external_id:
        is_about |= Q(product__external_id=product.external_id)
    return Scope({"product": sku}, is_about, product)


def _below(category: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BELOW, {"category": category})
        return [pk for (pk,) in cursor.fetchall()]
