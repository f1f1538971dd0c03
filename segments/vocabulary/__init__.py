"""Everything a rule may ask about a customer: the one registry that editor, validator and compiler read."""

from segments.vocabulary import goods, letters, profile, purchases, service, stages
from segments.vocabulary.field import Field

FIELDS: dict[str, Field] = {
    field.name: field for module in (purchases, goods, stages, profile, service, letters) for field in module.FIELDS
}
