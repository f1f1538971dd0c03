"""Connecting a source: its key and secret, its address, and when it was last heard."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from dataclasses import dataclass

from django.conf import settings

from crm.models import Source

OVERLAP = dt.timedelta(days=1)
SECRET_BYTES = 32
# Standard Webhooks marks its secrets so.
WEBHOOK_PREFIX = "whsec_"
HEARD_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class KindOfSource:
    """`path` is where it sends, empty where Encore asks it; `fields` are what its form asks beside what all ask.

    A secret of theirs is one that the other side shows, and staff type; others are made here and shown once.
    """

    path: str
    fields: tuple[str, ...] = ()
    has_secret_of_theirs: bool = False
    # They show it only when they know where to send; until it is entered, what arrives is refused.
    shows_secret_later: bool = False

    @property
    def has_own_secret(self) -> bool:
        return bool(self.path) and not self.has_secret_of_theirs


# What nobody says for a source that sends by itself: more than a busy shop ever does.
MOST_SENT_A_MINUTE = 6_000

# Kinds whose doors exist, and so may be connected.
KINDS = {
    Source.Kind.API: KindOfSource("/api/v1/orders", ("rights", "requests_a_minute")),
    Source.Kind.WEBHOOK: KindOfSource("/hooks/{key}/"),
    Source.Kind.FEED: KindOfSource("", ("site_address", "feed_sku")),
    Source.Kind.WOOCOMMERCE: KindOfSource("/hooks/{key}/", ("site_address", "api_user", "api_secret")),
    Source.Kind.FORM: KindOfSource("/hooks/{key}/"),
    Source.Kind.SHOPIFY: KindOfSource(
        "/hooks/{key}/",
        ("site_address", "their_secret", "api_secret"),
        has_secret_of_theirs=True,
        shows_secret_later=True,
    ),
    Source.Kind.TRACKING: KindOfSource("/v1/track"),
    Source.Kind.SITE: KindOfSource(
        "/encore.js", ("site_address", "is_consent_asked", "are_readers_recognised", "requests_a_minute")
    ),
}


def new_secret(kind: str) -> str:
    if kind == Source.Kind.WEBHOOK:
        return WEBHOOK_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return secrets.token_urlsafe(SECRET_BYTES)


def change_secret(source: Source, now: dt.datetime) -> None:
    """The one before stays good for a day, so that the other side can change it without losing anything."""
    replace_secret(source, new_secret(source.kind), now)
    source.save(update_fields=["secret", "previous_secret", "previous_secret_until"])


def replace_secret(source: Source, secret: str, now: dt.datetime) -> None:
    """Saved by whoever calls. The first one replaces none."""
    if source.secret and source.secret != secret:
        source.previous_secret, source.previous_secret_until = source.secret, now + OVERLAP
    source.secret = secret


def requests_a_minute(source: Source) -> int:
    """As staff say, where they are asked."""
    kind = KINDS.get(Source.Kind(source.kind))
    return source.requests_a_minute if kind and "requests_a_minute" in kind.fields else MOST_SENT_A_MINUTE


def address_of(source: Source) -> str:
    return settings.SITE_URL + path_of(source)


def path_of(source: Source) -> str:
    return KINDS[Source.Kind(source.kind)].path.format(key=source.key)


def note_heard(source: Source, now: dt.datetime) -> None:
    """Once a minute is enough for a light, and spares a busy source's row."""
    if source.last_heard_at is None or now - source.last_heard_at >= HEARD_EVERY:
        Source.objects.filter(pk=source.pk).update(last_heard_at=now)
