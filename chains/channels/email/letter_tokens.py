"""Tokens by which a letter names one that we sent: in an address, in a Message-ID, in the address of a page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKEN = r"[A-Za-z0-9_-]{22}"  # noqa: S105  (a pattern, not a secret)
_IN_ADDRESS = re.compile(rf"\+({_TOKEN})@")
_IN_PAGE = re.compile(rf"/m/u/({_TOKEN})/")
_AS_ID = re.compile(rf"<{_TOKEN}@[^<>@]+>")


def in_addresses(addresses: Iterable[str]) -> list[str]:
    return [match[1] for address in addresses if (match := _IN_ADDRESS.search(address))]


def in_ids(text: str, host: str) -> list[str]:
    return re.findall(rf"<({_TOKEN})@{re.escape(host)}>", text, re.IGNORECASE)


def in_text(text: str, host: str) -> list[str]:
    """Wherever a returned letter shows it, the Message-ID first."""
    return [*in_ids(text, host), *_IN_PAGE.findall(text), *_IN_ADDRESS.findall(text)]


def names_one(recipients: Iterable[str], references: Iterable[str]) -> bool:
    """Whether it looks like an answer to a letter of ours; only the database knows for sure."""
    return bool(in_addresses(recipients)) or any(_AS_ID.fullmatch(reference) for reference in references)
