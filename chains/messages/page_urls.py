"""Addresses of the pages that letters lead to: one random token for each touch, no personal data in any of them."""

from functools import cache

from django.conf import settings
from django.urls import reverse

_TOKEN = "token"  # noqa: S105  (a stand-in, not a secret)
_KEY = "key"
PREVIEW = "preview"


@cache
def _patterns() -> dict[str, tuple[str, str]]:
    """By name in the letter's context, what stands before and behind the token: resolving names costs time."""
    addresses = {
        "click_url": reverse("chains:click", args=[_TOKEN, 0]).removesuffix("0/"),
        "open_url": reverse("chains:open", args=[_TOKEN]),
        "rate_url": reverse("chains:rate", args=[_TOKEN]),
        "review_url": reverse("chains:review", args=[_TOKEN]),
        "question_url": reverse("chains:question", args=[_TOKEN, _KEY]).removesuffix(f"{_KEY}/"),
        "kit_url": reverse("chains:kit", args=[_TOKEN]),
        "my_page_url": reverse("chains:my-enter", args=[_TOKEN]),
        "order_page_url": reverse("chains:my-enter-order", args=[_TOKEN]),
        "preferences_url": reverse("chains:preferences", args=[_TOKEN]),
        "unsubscribe_url": reverse("chains:unsubscribe", args=[_TOKEN]),
        "telegram_url": reverse("channels:telegram", args=[_TOKEN]),
        "push_url": reverse("channels:push", args=[_TOKEN]),
    }
    parted = {name: address.partition(f"/{_TOKEN}/") for name, address in addresses.items()}
    return {name: (f"{before}/", f"/{behind}") for name, (before, _token, behind) in parted.items()}


def page_urls(token: str) -> dict[str, str]:
    """The part of a letter's context that leads back to Encore."""
    site = settings.SITE_URL
    return {name: f"{site}{before}{token}{behind}" for name, (before, behind) in _patterns().items()}


def unsubscribe_url(token: str) -> str:
    before, behind = _patterns()["unsubscribe_url"]
    return f"{settings.SITE_URL}{before}{token}{behind}"
