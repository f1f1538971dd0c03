"""What becomes of each column of a customer: with a new fact or a file, at a merge, at an erasure, in an export.

Recording, importing, merging, erasing and exporting all read this list; a test fails for a column it does not name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from django.db.models import Field

from crm.models import Customer

# The value the kept customer has after a merge, of: keeper, duplicate, name of the column.
Merge = Callable[[Customer, Customer, str], Any]


class Update(Enum):
    """How the value of a new fact joins the one already known. A source is sure that knows the shop's id."""

    REPLACE = "a sure source replaces it, any other fills a gap"
    FILL = "any source fills a gap, none replaces it"
    ADD_ITEMS = "new items are added to the list"
    ADD_KEYS = "new keys are added; a sure source replaces the values of known ones"


@dataclass(frozen=True)
class CustomerColumn:
    """`update` is None where no fact has a say in the column, `merge` where the keeper's value stays.

    Erasing leaves the default of the model in a column that is erased. `file_name` stands over it in imported files.
    """

    name: str
    update: Update | None = None
    merge: Merge | None = None
    is_erased: bool = False
    is_exported: bool = True
    file_name: str = ""

    @property
    def field(self) -> Field[Any, Any]:
        return cast("Field[Any, Any]", Customer._meta.get_field(self.name))

    @property
    def blank(self) -> Any:
        return self.field.get_default()


def fill_gap(keeper: Customer, duplicate: Customer, name: str) -> Any:
    return getattr(keeper, name) or getattr(duplicate, name)


def of_older(keeper: Customer, duplicate: Customer, name: str) -> Any:
    """Where and when somebody was won is what the older record says."""
    older, younger = sorted((keeper, duplicate), key=lambda customer: customer.created_at)
    return getattr(older, name) or getattr(younger, name)


def all_items(keeper: Customer, duplicate: Customer, name: str) -> list[str]:
    return list(dict.fromkeys([*getattr(keeper, name), *getattr(duplicate, name)]))


def all_keys(keeper: Customer, duplicate: Customer, name: str) -> dict[str, Any]:
    return {**getattr(duplicate, name), **getattr(keeper, name)}


def both_texts(keeper: Customer, duplicate: Customer, name: str) -> str:
    return "\n\n".join(filter(None, (getattr(keeper, name), getattr(duplicate, name))))


def of_worse_mood(keeper: Customer, duplicate: Customer, name: str) -> Any:
    is_duplicates = duplicate.mood and keeper.mood != Customer.Mood.BAD
    return getattr(duplicate if is_duplicates else keeper, name)


def fewest_letters(keeper: Customer, duplicate: Customer, name: str) -> str:
    """Whoever asked for less under either name meant it; wishing for more is wished once."""
    wishes = {keeper.frequency, duplicate.frequency}
    return next(
        (wish for wish in (Customer.Frequency.LESS, Customer.Frequency.MORE) if wish in wishes),
        Customer.Frequency.USUAL,
    )


def later(keeper: Customer, duplicate: Customer, name: str) -> Any:
    """A door that was closed under either name stays closed."""
    return max(filter(None, (getattr(keeper, name), getattr(duplicate, name))), default=None)


CUSTOMER_COLUMNS = (
    CustomerColumn("id", is_exported=False),
    CustomerColumn("external_id", merge=fill_gap, is_erased=True, file_name="customer_id"),
    CustomerColumn("first_name", Update.REPLACE, fill_gap, is_erased=True, file_name="first_name"),
    CustomerColumn("last_name", Update.REPLACE, fill_gap, is_erased=True, file_name="last_name"),
    CustomerColumn("born_on", Update.REPLACE, fill_gap, is_erased=True, file_name="birth_date"),
    CustomerColumn("city", Update.REPLACE, fill_gap, is_erased=True, file_name="city"),
    CustomerColumn("address", Update.REPLACE, fill_gap, is_erased=True, file_name="address"),
    CustomerColumn("postal_code", Update.REPLACE, fill_gap, is_erased=True, file_name="postal_code"),
    CustomerColumn("region", Update.REPLACE, fill_gap, is_erased=True, file_name="region"),
    CustomerColumn("country", Update.REPLACE, fill_gap, is_erased=True, file_name="country"),
    CustomerColumn("company", Update.REPLACE, fill_gap, is_erased=True, is_exported=False),
    CustomerColumn("job_title", Update.REPLACE, fill_gap, is_erased=True, file_name="job_title"),
    CustomerColumn("language", Update.REPLACE, fill_gap, is_erased=True, file_name="language"),
    CustomerColumn("time_zone", Update.REPLACE, fill_gap, is_erased=True, file_name="time_zone"),
    # Where somebody was won does not change by a later purchase, and says nothing about who they are.
    CustomerColumn("source", Update.FILL, of_older, file_name="source"),
    CustomerColumn("tags", Update.ADD_ITEMS, all_items, is_erased=True, file_name="tags"),
    # In a file, attributes are the columns whose names are unknown.
    CustomerColumn("attributes", Update.ADD_KEYS, all_keys, is_erased=True),
    CustomerColumn("mood", merge=of_worse_mood, is_erased=True),
    CustomerColumn("mood_noted_at", merge=of_worse_mood, is_erased=True),
    CustomerColumn("frequency", merge=fewest_letters, is_erased=True),
    CustomerColumn("channel_order", merge=fill_gap, is_erased=True),
    CustomerColumn("muted_topics", merge=all_items, is_erased=True),
    CustomerColumn("notes", merge=both_texts, is_erased=True),
    CustomerColumn("merged_into", is_exported=False),
    CustomerColumn("told", merge=all_keys, is_erased=True, is_exported=False),
    CustomerColumn("links_revoked_at", merge=later),
    CustomerColumn("erased_at"),
    CustomerColumn("created_at", merge=of_older),
)
COLUMN_BY_NAME = {column.name: column for column in CUSTOMER_COLUMNS}
