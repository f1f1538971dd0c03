"""The database refuses what is none of a column's choices, and the choices are written once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

ModelClass = TypeVar("ModelClass", bound=type[models.Model])


def database_checks_choices(model: ModelClass) -> ModelClass:
    """Add a constraint for each column with choices, so that makemigrations follows when the choices change.

    This decorates the class because `Meta` cannot see the enumerations nested beside it. A field of our own with
    `db_check` would not do: Django compares neither choices nor such a check when it alters a column.
    """
    constraints = [*model._meta.constraints, *_constraints(model)]
    model._meta.constraints = constraints
    # Migrations are made from what the class was declared with.
    model._meta.original_attrs["constraints"] = constraints
    return model


def _constraints(model: type[models.Model]) -> Iterator[models.CheckConstraint]:
    for field in model._meta.local_fields:
        lookup, chosen = ("contained_by", field.base_field) if isinstance(field, ArrayField) else ("in", field)
        if chosen.choices:
            condition = Q(**{f"{field.name}__{lookup}": _values(chosen)})
            yield models.CheckConstraint(condition=condition, name=f"{model._meta.model_name}_{field.name}_known")


def _values(field: models.Field[Any, Any]) -> list[Any]:
    values = [value for value, _name in field.flatchoices]
    may_be_empty = field.blank and field.empty_strings_allowed
    return ["", *values] if may_be_empty and "" not in values else values
