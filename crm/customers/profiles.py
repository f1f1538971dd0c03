"""How what a fact says about a customer joins what is known. `Customer.told` keeps when each field was told last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from crm.customer_columns import COLUMN_BY_NAME, Update
from crm.customers.recognition import IdentityKeys
from crm.models import Company, Customer


class Profile(TypedDict, total=False):
    """What a fact may say about a customer beside who they are. Empty values change nothing."""

    first_name: str
    last_name: str
    born_on: dt.date | None
    city: str
    address: str
    postal_code: str
    region: str
    country: str
    company: Company | None
    job_title: str
    language: str
    time_zone: str
    source: str
    tags: list[str]
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Word:
    """A profile as told at a moment (None: nobody says when), under these identities.

    It is sure when the shop's id led to the customer.
    """

    profile: Profile
    told_at: dt.datetime | None
    keys: IdentityKeys
    is_sure: bool = False

    @property
    def is_dated(self) -> bool:
        """Only what is told under the shop's id is noted: what an address alone tells never stands in its way."""
        return self.told_at is not None and bool(self.keys.external_id)


def changes_of(customer: Customer, word: Word) -> dict[str, Any]:
    """The columns that come to hold something else, `told` among them."""
    changes = {
        name: new
        for name, value in word.profile.items()
        if value and (new := _combined(customer, name, value, word)) != getattr(customer, name)
    }
    if word.keys.external_id and not customer.external_id:
        changes["external_id"] = word.keys.external_id
    told = _told(customer, word, changes)
    return changes | ({"told": told} if told != customer.told else {})


def note(customer: Customer, names: Iterable[str], at: dt.datetime) -> None:
    """Somebody said so by hand, at this moment: an older word that comes late changes nothing. Saved by the caller."""
    customer.told = {**customer.told, **dict.fromkeys(names, at.isoformat())}


def columns_of_sources(names: Iterable[str]) -> list[str]:
    """Those of them that a source replaces when it knows better."""
    return [name for name in names if name in COLUMN_BY_NAME and COLUMN_BY_NAME[name].update is Update.REPLACE]


def _combined(customer: Customer, name: str, new: Any, word: Word) -> Any:
    old, update = getattr(customer, name), COLUMN_BY_NAME[name].update
    if update is Update.ADD_ITEMS:
        return [*old, *(item for item in new if item not in old)]
    if update is Update.ADD_KEYS:
        replaced = {key: value for key, value in new.items() if _is_newest(customer, _name(name, key), word)}
        return {**new, **old, **replaced}
    return new if update is Update.REPLACE and _is_newest(customer, name, word) else old or new


def _is_newest(customer: Customer, name: str, word: Word) -> bool:
    last = customer.told.get(name)
    return word.is_sure and (not last or not word.told_at or dt.datetime.fromisoformat(last) <= word.told_at)


def _told(customer: Customer, word: Word, changes: Mapping[str, Any]) -> dict[str, str]:
    """Also of what was told before and is told again: a word between the two may come late."""
    known: dict[str, str] = customer.told
    if not word.is_dated or word.told_at is None:
        return known
    is_first = customer._state.adding
    names = [name for name in _names(word.profile) if is_first or _is_newest(customer, name, word) or name in changes]
    return {**known, **dict.fromkeys(names, word.told_at.isoformat())}


def _names(profile: Profile) -> Iterable[str]:
    for name, value in profile.items():
        update = COLUMN_BY_NAME[name].update
        if value and update is Update.REPLACE:
            yield name
        elif isinstance(value, dict):
            yield from (_name(name, key) for key in value)


def _name(column: str, key: str) -> str:
    return f"{column}.{key}"
