"""Everything a rule may ask about a customer: the one registry that editor, validator and compiler read."""

from segments.vocabulary import events, goods, letters, profile, purchases, service, stages
from segments.vocabulary.field import Field

FIELDS: dict[str, Field] = {
    field.name: field
    for module in (purchases, goods, stages, profile, service, letters, events)
    for field in module.FIELDS
}


def register(*fields: Field) -> None:
    """Rooms above add what they know about a customer, when the applications are ready."""
    FIELDS.update((field.name, field) for field in fields)
