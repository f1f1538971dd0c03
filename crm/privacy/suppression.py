"""Addresses whose owners were erased, kept as keyed hashes: enough to recognise one, useless to read them back."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from crm.models import ErasedAddress


def digest(channel: str, address: str) -> str:
    """Keyed with SECRET_KEY: email addresses are few enough to try them all against a plain hash."""
    return hmac.new(str(settings.SECRET_KEY).encode(), f"{channel}:{address}".encode(), hashlib.sha256).hexdigest()


def remember_erased(addresses: Iterable[tuple[str, str]], *, at: dt.datetime) -> None:
    """Remember that the owner of these (channel, normalised address) was erased at this moment."""
    ErasedAddress.objects.bulk_create(
        [
            ErasedAddress(channel=channel, digest=digest(channel, address), erased_at=at)
            for channel, address in addresses
        ],
        update_conflicts=True,
        unique_fields=["channel", "digest"],
        update_fields=["erased_at"],
    )


def erased_at_by_address(addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dt.datetime]:
    """When the owners of these addresses were erased, for those who were: a yes said before then is void."""
    digests = {(channel, digest(channel, address)): (channel, address) for channel, address in addresses}
    found = ErasedAddress.objects.filter(
        channel__in={channel for channel, _one in digests}, digest__in=[one for _channel, one in digests]
    )
    return {
        digests[erased.channel, erased.digest]: erased.erased_at
        for erased in found
        if (erased.channel, erased.digest) in digests
    }
