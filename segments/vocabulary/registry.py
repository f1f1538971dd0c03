"""Everything a rule may ask: the one registry that editor, validator and compiler read."""

from collections.abc import Collection

from segments.vocabulary import (
    events,
    goods,
    letters,
    loyalty,
    predictions,
    profile,
    purchases,
    referrals,
    service,
    stages,
    subscriptions,
    this_answer,
    this_event,
    this_order,
)
from segments.vocabulary.field import Context, Field

FIELDS: dict[str, Field] = {
    field.name: field
    for module in (
        this_order,
        this_event,
        this_answer,
        purchases,
        goods,
        subscriptions,
        stages,
        predictions,
        loyalty,
        profile,
        service,
        referrals,
        letters,
        events,
    )
    for field in module.FIELDS
}


def register(*fields: Field) -> None:
    """Rooms above add what they know about a customer, when the applications are ready."""
    FIELDS.update((field.name, field) for field in fields)


def offered(context: Collection[Context]) -> list[Field]:
    """What a rule may ask where these are at hand; what is said about them comes first."""
    known = [field for field in FIELDS.values() if field.context is None or field.context in context]
    return sorted(known, key=lambda field: field.context is None)
