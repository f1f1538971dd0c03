"""Pages that other apps have about one customer; the customer's own page leads there."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class CustomerLink:
    """`view` takes the customer's id; `icon` is a Material Symbols name."""

    label: StrPromise | str
    icon: str
    view: str
    permission: str


_links: list[CustomerLink] = []


def register(link: CustomerLink) -> None:
    if link not in _links:
        _links.append(link)


def links_for(user: AbstractBaseUser | AnonymousUser, customer_id: int) -> list[tuple[CustomerLink, str]]:
    """The links this user may follow, with their addresses."""
    return [
        (link, reverse(link.view, args=[customer_id]))
        for link in _links
        if user.has_perm(link.permission)  # type: ignore[union-attr]
    ]
