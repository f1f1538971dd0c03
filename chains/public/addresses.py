"""Addresses of the pages that letters lead to: one random token for each touch, no personal data in any of them."""

from functools import cache

from django.conf import settings
from django.urls import reverse

_TOKEN = "token"  # noqa: S105  (a stand-in, not a secret)
PREVIEW = "preview"


@cache
def _patterns() -> dict[str, str]:
    """By name in the letter's context, with a stand-in for the token: resolving names costs time."""
    return {
        "click_url": reverse("chains:click", args=[_TOKEN, 0]).removesuffix("0/"),
        "open_url": reverse("chains:open", args=[_TOKEN]),
        "rate_url": reverse("chains:rate", args=[_TOKEN]),
        "preferences_url": reverse("chains:preferences", args=[_TOKEN]),
        "unsubscribe_url": reverse("chains:unsubscribe", args=[_TOKEN]),
        "telegram_url": reverse("chains:telegram", args=[_TOKEN]),
        "push_url": reverse("chains:push", args=[_TOKEN]),
    }


def pages(token: str) -> dict[str, str]:
    """The part of a letter's context that leads back to Encore."""
    return {name: _address(name, token) for name in _patterns()}


def unsubscribe_url(token: str) -> str:
    return _address("unsubscribe_url", token)


def _address(name: str, token: str) -> str:
    return settings.SITE_URL + _patterns()[name].replace(f"/{_TOKEN}", f"/{token}", 1)
