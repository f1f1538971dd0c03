"""Who comes from a letter: its link to the shop's site says for a while, sealed, whose letter it was.

The seal recognises and opens nothing: whoever holds it can tell visits of that customer, and read or change nothing.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken

from crm.models import Shop, Source
from crm.models.secret_field import box

PURPOSE = b"encore.reader:"
PARAMETER = "enc"
GOOD_FOR = dt.timedelta(hours=1)


def token_of(customer_id: int, at: dt.datetime) -> str:
    """Different each time, so that nobody else on the page learns who comes back."""
    sealed = box(PURPOSE).encrypt_at_time(str(customer_id).encode(), int(at.timestamp()))
    return sealed.decode().rstrip("=")


def reader_in(token: str, at: dt.datetime) -> int | None:
    """The id of the customer whose letter it was; None where it is not ours, or too old."""
    padded = token + "=" * (-len(token) % 4)
    try:
        opened = box(PURPOSE).decrypt_at_time(padded, int(GOOD_FOR.total_seconds()), int(at.timestamp()))
    except (InvalidToken, ValueError):
        return None
    return int(opened)


def recognisable(link: str, customer_id: int, at: dt.datetime) -> str:
    """The link with a token, where it leads to a site that is connected and wants to know who comes."""
    host = urlsplit(link).hostname or ""
    if not any(is_of_site(host, site) for site in _curious_sites()):
        return link
    address, mark, place = link.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{PARAMETER}={token_of(customer_id, at)}{mark}{place}"


def is_of_site(host: str, site_address: str) -> bool:
    """The site itself, with www. or without, and what lies below it."""
    site = (urlsplit(site_address).hostname or "").removeprefix("www.")
    return bool(site) and (host == site or host.endswith(f".{site}"))


def _curious_sites() -> list[str]:
    sites = Source.objects.open().filter(kind=Source.Kind.SITE, are_readers_recognised=True)
    addresses = list(sites.values_list("site_address", flat=True))
    return [address or Shop.load().site_url for address in addresses]
