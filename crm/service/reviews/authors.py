"""The name that others read beside a review: as much of it as its author allowed. Pure."""

from __future__ import annotations

from crm.models import Review


def author(shown_as: str, first_name: str, last_name: str) -> str:
    """Empty for whoever wants no name, or has none."""
    if shown_as == Review.ShownAs.ANONYMOUS:
        return ""
    if shown_as == Review.ShownAs.INITIALS:
        return " ".join(f"{name.strip()[:1].upper()}." for name in (first_name, last_name) if name.strip())
    return first_name.strip()


def author_of(review: Review) -> str:
    return author(review.shown_as, review.customer.first_name, review.customer.last_name)
