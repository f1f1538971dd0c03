"""How batches of ids are written into queries.

The engine asks for hundreds of customers, several times a batch. Django writes `IN (%s, %s, …)`, and preparing and
quoting each id costs more than finding the row; of a list the driver looks at each number. `= ANY('{…}')` with the
array as one text is the same to PostgreSQL's planner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, BigAutoField, BigIntegerField, ForeignKey, Func, Q, Value
from django.db.models.fields import AutoFieldMixin
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

# The planner takes the value of a subquery for any value of the column.
ANY_ONE = "(SELECT %(expressions)s::bigint)"
# No row has an id beyond these, though an address may ask for one.
LEAST_ID, MOST_ID = -(2**63), BigIntegerField.MAX_BIGINT


def any_one(pk: int) -> Func:
    """An id hidden from the planner: for a segment or a chain whose rows are looked up customer by customer.

    Of a young one the planner has no statistics yet. It expects a single row, whatever the customer, and may then read
    all rows for each batch, or for each customer of it. Not knowing which one is meant, it expects an average one, and
    looks up the customers first.
    """
    return Func(Value(pk), template=ANY_ONE, output_field=BigIntegerField())


def any_of(column: str, pks: Collection[int]) -> Q:
    """One of these ids, of which there is at least one; each is hidden from the planner as by `any_one`."""
    return reduce(or_, (Q(**{column: any_one(pk)}) for pk in sorted(pks)))


def id_array(ids: Iterable[int]) -> str:
    return f"{{{','.join(map(str, ids))}}}"


class _OneArray:
    """Applies to plain integers only; subqueries, expressions and other types are left to Django."""

    lhs: Any
    rhs: Any

    def get_prep_lookup(self) -> Any:
        """Texts come from forms: one that is no number names no row, where Django would raise showing it again."""
        if self._is_of_ids():
            return list(self.rhs)
        if isinstance(self.rhs, list | tuple | set | frozenset) and self._is_by_id():
            self.rhs = [one for one in self.rhs if not isinstance(one, str) or one.isdecimal() and len(one) < 20]
        return super().get_prep_lookup()  # type: ignore[misc]

    def process_rhs(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        if not self._is_of_ids():
            return super().process_rhs(compiler, connection)  # type: ignore[misc,no-any-return]
        possible = [pk for pk in self.rhs if LEAST_ID <= pk <= MOST_ID]
        if not possible:
            raise EmptyResultSet
        return "%s::bigint[]", [id_array(possible)]

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        if not self._is_of_ids():
            return super().get_rhs_op(connection, rhs)  # type: ignore[misc,no-any-return]
        return f"= ANY({rhs})"

    def _is_by_id(self) -> bool:
        field = getattr(self.lhs.output_field, "target_field", self.lhs.output_field)
        return isinstance(field, AutoFieldMixin)

    def _is_of_ids(self) -> bool:
        return (
            self._is_by_id()
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
