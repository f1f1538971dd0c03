"""`customer__in=batch` as one array instead of a parameter for every id.

The engine asks for batches of hundreds of customers, several times a batch. Django writes `IN (%s, %s, …)`, and
preparing and quoting each id costs more than finding the row. `= ANY('{…}')` is the same to PostgreSQL's planner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models import AutoField, BigAutoField, ForeignKey
from django.db.models.fields import AutoFieldMixin
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


class _OneArray:
    """Of plain integers only; subqueries, expressions and other types go Django's way."""

    lhs: Any
    rhs: Any

    def get_prep_lookup(self) -> Any:
        return list(self.rhs) if self._is_of_ids() else super().get_prep_lookup()  # type: ignore[misc]

    def process_rhs(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        if not self._is_of_ids():
            return super().process_rhs(compiler, connection)  # type: ignore[misc,no-any-return]
        if not self.rhs:
            raise EmptyResultSet
        return "%s", [self.rhs]

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        if not self._is_of_ids():
            return super().get_rhs_op(connection, rhs)  # type: ignore[misc,no-any-return]
        return f"= ANY({rhs})"

    def _is_of_ids(self) -> bool:
        field = getattr(self.lhs.output_field, "target_field", self.lhs.output_field)
        return (
            isinstance(field, AutoFieldMixin)
            and isinstance(self.rhs, list | tuple | set | frozenset)
            and set(map(type, self.rhs)) <= {int}
        )


class IdIn(_OneArray, In):
    """For primary keys."""


class RelatedIdIn(_OneArray, RelatedIn):
    """For foreign keys."""


def register() -> None:
    AutoField.register_lookup(IdIn)
    BigAutoField.register_lookup(IdIn)
    ForeignKey.register_lookup(RelatedIdIn)
