"""Lists, a page at a time: the cursor says behind what the next page begins, so nothing is counted or skipped."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from crm.intake.api.problems import FieldProblem, Refused, answer

MOST_ROWS = 100
M = TypeVar("M", bound=Model)


class PageIn(Schema):
    """`cursor` is `next` of the page before."""

    cursor: str = Field("", max_length=500)
    limit: int = Field(MOST_ROWS, ge=1, le=MOST_ROWS)


AskedPage = Annotated[PageIn, Query()]


def page(rows: QuerySet[M], order_by: str, asked: PageIn) -> tuple[Sequence[M], str | None]:
    """The rows of this page in the order of a column and then of their ids, and the cursor of the next page."""
    if asked.cursor:
        value, pk = _read(asked.cursor, is_moment=order_by.endswith("_at"))
        # The first half is what the index is searched by.
        rows = rows.filter(Q(**{f"{order_by}__gt": value}) | Q(pk__gt=pk), **{f"{order_by}__gte": value})
    found = list(rows.order_by(order_by, "pk")[: asked.limit + 1])
    if len(found) <= asked.limit:
        return found, None
    last = found[asked.limit - 1]
    return found[: asked.limit], _written(getattr(last, order_by), last.pk)


def _written(value: Any, pk: Any) -> str:
    plain = value.isoformat() if isinstance(value, dt.datetime) else str(value)
    return base64.urlsafe_b64encode(f"{pk} {plain}".encode()).decode()


def _read(cursor: str, *, is_moment: bool) -> tuple[Any, int]:
    try:
        number, _space, plain = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().partition(" ")
        pk = int(number)
        value: Any = dt.datetime.fromisoformat(plain) if is_moment else plain
        if not 0 <= pk < 2**63 or "\0" in plain or (is_moment and value.tzinfo is None):
            raise ValueError(cursor)
    except (ValueError, binascii.Error) as error:
        wrong = FieldProblem(field="cursor", detail=_("It is none that a page before gave."))
        raise Refused(answer(422, _("The address is not as described."), errors=[wrong])) from error
    return value, pk
