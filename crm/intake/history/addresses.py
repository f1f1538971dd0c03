"""Where a shop's API is. Its keys travel with each question, so they go over an encrypted connection only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from crm.intake.history.asking import Refused
from crm.models import Source


def base_of(source: Source) -> str:
    address = urlsplit(source.site_address.strip())
    if address.scheme != "https" and not (address.scheme == "http" and _is_in_house(address.hostname or "")):
        raise Refused(_("The address of the shop has to begin with https://, or others could read the key of its API."))
    return f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path.rstrip('/')}"


def _is_in_house(host: str) -> bool:
    """An address of one's own network: whether it may be asked at all is decided where it is asked."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host
