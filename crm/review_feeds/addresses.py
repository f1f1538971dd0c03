"""The whole addresses of what is shown far from here."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse


def photo_address(token: str, *, is_small: bool = False) -> str:
    return settings.SITE_URL + reverse("review_photo_small" if is_small else "review_photo", args=[token])


def feed_address(form: str, key: str, **asked: str) -> str:
    """`form` is json, rss, html or xml."""
    told = urlencode({name: value for name, value in asked.items() if value})
    return settings.SITE_URL + reverse(f"reviews_{form}", args=[key]) + (f"?{told}" if told else "")
