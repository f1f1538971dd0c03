"""Two records of one person may both have written about a product: one review of it stays."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import chain

from crm.models import Customer, Review

Status = Review.Status
# What others read already is not taken from them for a draft.
WORTH = (Status.DRAFT, Status.PRIVATE, Status.REFUSED, Status.WAITING, Status.PUBLISHED)


def give_way(keeper: Customer, duplicate: Customer, at: dt.datetime) -> None:
    """Withdraw all but the best of each product, of them the newest: the reviews are about to have one author."""
    found = Review.objects.filter(customer__in=(keeper, duplicate)).exclude(status=Status.WITHDRAWN)
    groups: defaultdict[tuple[int | None, int | None], list[Review]] = defaultdict(list)
    for review in found.order_by("pk"):
        if review.product_id or review.order_id:
            groups[review.product_id, None if review.product_id else review.order_id].append(review)
    best_last = (
        sorted(group, key=lambda one: (WORTH.index(Status(one.status)), one.changed_at)) for group in groups.values()
    )
    others = chain.from_iterable(group[:-1] for group in best_last)
    Review.objects.filter(pk__in=[review.pk for review in others]).update(
        status=Status.WITHDRAWN, may_publish=False, published_at=None, refusal="", changed_at=at
    )
