"""`Idempotency-Key`: a call that is repeated under one key is carried out once, and answered as it was the first time.

The mark that a call runs is committed before it begins, so two processes cannot both run it; one left by a process
that died is taken over after a while. What was refused or failed is forgotten: it may be sent again, mended.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Status
from ninja.operation import Operation
from ninja.types import TCallable
from ninja.utils import contribute_operation_callback

from crm.intake.api import problems
from crm.models import IdempotentCall, Source

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
# Longer than any call lasts; whoever is still at it then loses its mark, and records nothing twice all the same.
TAKEN_OVER_AFTER = dt.timedelta(minutes=5)
KEPT = dt.timedelta(hours=24)

HEADER_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    "description": "Repeated under the same key within a day, the call is answered as it was the first time.",
}
BEGIN = """
    INSERT INTO crm_idempotentcall AS known (source_id, path, key, body_hash, begun_at)
    VALUES (%(source)s, %(path)s, %(key)s, %(body_hash)s, %(now)s)
    ON CONFLICT (source_id, path, key) DO UPDATE SET begun_at = excluded.begun_at
        WHERE known.status IS NULL AND known.begun_at < %(stale)s AND known.body_hash = excluded.body_hash
    RETURNING id
"""


def once(view: TCallable) -> TCallable:
    """Stands under the operation's own decorator: it is carried out once for each key that the caller gives."""
    contribute_operation_callback(view, _make_repeatable)
    return view


def _make_repeatable(operation: Operation) -> None:
    # Not before, as the operation's parameters are read from the view itself.
    operation.view_func = _carried_out_once(operation.view_func)
    operation.openapi_extra = {"parameters": [HEADER_PARAMETER]}


def _carried_out_once(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if not key:
            return operation(request, *args, **kwargs)
        if len(key) > LONGEST_KEY or "\0" in key:
            title = _("The Idempotency-Key is longer than %(most)s characters.") % {"most": LONGEST_KEY}
            return problems.answer(422, title)
        now = timezone.now()
        begun = _begin(request.auth, request.path, key, request.body, now)  # type: ignore[attr-defined]
        if not isinstance(begun, int):
            return begun
        try:
            answer = operation(request, *args, **kwargs)
        except BaseException:
            _forget(begun, now)
            raise
        if isinstance(answer, HttpResponse):
            _forget(begun, now)
        else:
            _keep(begun, now, answer)
        return answer

    return call


def forget_answers(now: dt.datetime) -> int:
    """Forget what is older than a day; how many."""
    return IdempotentCall.objects.begun_before(now - KEPT).delete()[0]


def _begin(source: Source, path: str, key: str, body: bytes, now: dt.datetime) -> int | HttpResponse | Status[Any]:
    """The number of the mark that it runs, or the answer that there is already."""
    body_hash = hashlib.sha256(body).hexdigest()
    named: dict[str, Any] = {"source": source.pk, "path": path, "key": key}
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, named | {"body_hash": body_hash, "now": now, "stale": now - TAKEN_OVER_AFTER})
        if row := cursor.fetchone():
            return int(row[0])
    known = IdempotentCall.objects.filter(**named).first()
    if known and known.body_hash != body_hash:
        return problems.answer(422, _("This Idempotency-Key came with another body before."))
    if known is None or known.status is None:
        running = problems.answer(409, _("The call with this Idempotency-Key is still running."))
        running["Retry-After"] = "1"
        return running
    return Status(known.status, json.loads(known.answer or "null"))


def _mine(pk: int, begun_at: dt.datetime) -> Any:
    """Unless somebody took it over meanwhile."""
    return IdempotentCall.objects.filter(pk=pk, begun_at=begun_at, status=None)


def _forget(pk: int, begun_at: dt.datetime) -> None:
    _mine(pk, begun_at).delete()


def _keep(pk: int, begun_at: dt.datetime, answer: Status[Any]) -> None:
    _mine(pk, begun_at).update(status=answer.status_code, answer=answer.value.model_dump_json())
