"""Looks at pages: a page that is hidden may be shown again, so what it told waits for more seconds of the same look.

A telephone ends a hidden page without a word; then what it told last is all of it. The log of events only grows, so a
look must become an event when it is over, and not before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from crm.intake.arrival import Arrival
from crm.intake.deliveries import keep_all
from crm.intake.tracking.call import Call
from crm.models import Source

# Whoever comes back later begins another look: the script does the same.
WAITING_FOR_MORE = dt.timedelta(minutes=30)

# Only more seconds count, and nothing more once it is over: the last two messages of a look may overtake each other.
# Values of jsonb can be compared whatever they are.
AMEND = """
    UPDATE crm_delivery AS kept SET payload = told.payload, due_at = told.due_at, reason = told.reason
    FROM unnest(%(key)s::text[], %(payload)s::jsonb[], %(due_at)s::timestamptz[], %(reason)s::text[])
        AS told (key, payload, due_at, reason)
    WHERE kept.source_id = %(source)s AND kept.key = told.key AND kept.status = 'waiting'
        AND kept.payload #> '{context,encore,open}' = 'true'
        AND told.payload #> '{properties,seconds}' >= kept.payload #> '{properties,seconds}'
"""


@transaction.atomic
def keep(source: Source, told: Sequence[Arrival], now: dt.datetime) -> None:
    # Each by itself: what else the visitor does must not end the waiting of a look.
    views = {one.key: replace(one, subject="") for one in told if Call(one.payload).type == "page"}
    others = [one for one in told if Call(one.payload).type != "page"]
    keep_all(source, [*views.values(), *others], now)
    if views:
        _amend(source, list(views.values()), now)


def _amend(source: Source, views: Sequence[Arrival], now: dt.datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        until_over = {True: (now + WAITING_FOR_MORE, _("The page is still open.")), False: (now, "")}
    moments, reasons = zip(*(until_over[is_open(one.payload)] for one in views), strict=True)
    columns: dict[str, Any] = {
        "key": [one.key for one in views],
        "payload": [Jsonb(one.payload) for one in views],
        "due_at": list(moments),
        "reason": list(reasons),
    }
    with connection.cursor() as cursor:
        cursor.execute(AMEND, {"source": source.pk, **columns})


def is_open(payload: dict[str, Any]) -> bool:
    call = Call(payload)
    return call.group("encore", call.context).get("open") is True
