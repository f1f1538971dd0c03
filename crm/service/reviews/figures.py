"""How many reviews there are of something, and what they come to. Only those that everybody can read count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from crm.models.review import ReviewQuerySet

STARS = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class ReviewFigures:
    by_stars: Counter[int]

    @property
    def count(self) -> int:
        return self.by_stars.total()

    @property
    def average(self) -> float | None:
        """To a tenth, as it is shown; nothing is said of no reviews."""
        if not self.count:
            return None
        return round(sum(stars * count for stars, count in self.by_stars.items()) / self.count, 1)

    @property
    def distribution(self) -> list[tuple[int, int]]:
        return [(stars, self.by_stars[stars]) for stars in STARS]


def figures(reviews: ReviewQuerySet) -> ReviewFigures:
    rows = reviews.published().order_by().values_list("stars").annotate(Count("pk"))
    return ReviewFigures(Counter(dict(rows)))
