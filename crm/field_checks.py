"""Values from outside, checked against the columns they are meant for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _


def check_fields(record: Model, where: str) -> None:
    """ValueError says in words where, in which field and what is wrong, before the database refuses. No queries."""
    fields = [field for field in record._meta.concrete_fields if not field.generated]
    related = [field.name for field in fields if field.is_relation]
    for field in fields:
        if not field.is_relation and holds_nul(field.value_from_object(record)):
            problem = _("%(field)s: holds an unprintable character.") % {"field": field.verbose_name}
            raise ValueError(_("%(place)s: %(problems)s") % {"place": where, "problems": problem})
    try:
        record.clean_fields(exclude=related)
    except ValidationError as error:
        problems = [
            f"{record._meta.get_field(name).verbose_name}: {' '.join(messages)}"  # type: ignore[union-attr]
            for name, messages in error.message_dict.items()
        ]
        raise ValueError(_("%(place)s: %(problems)s") % {"place": where, "problems": "; ".join(problems)}) from error


def holds_nul(value: Any) -> bool:
    """Whether the character PostgreSQL can store nowhere is in the text, or in any text within."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list | tuple) and any(holds_nul(part) for part in value)
