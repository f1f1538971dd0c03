"""What a customer did with a message goes into the event log, where segments, chains and figures read it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Func, JSONField, Value

from chains.models import ChainVersion, Touch
from crm.events import record
from crm.locks import lock_current
from crm.models import Event, EventKind

SOURCE = "letters"


@transaction.atomic
def record_touch_event(
    touch: Touch, kind: EventKind, at: dt.datetime, key: str, *, source: str = SOURCE, **properties: Any
) -> Event | None:
    """Record an event about a touch, with what chains and segments ask of it; None when it was recorded before."""
    return record(
        kind,
        customer=lock_current(touch.customer),
        order=touch.order,
        occurred_at=at,
        source=source,
        key=key,
        properties={
            "touch": touch.pk,
            "chain": touch.chain_id,
            "step": touch.step_key,
            "tags": _tags(touch),
            **properties,
        },
    )


def _tags(touch: Touch) -> list[str]:
    """The template's tags as they were published, picked out of the program in the database: programs are long."""
    found = ChainVersion.objects.filter(pk=touch.enrolment.version_id).values_list(
        Func(
            F("program"),
            Value("$.steps.** ? (exists(@.tags) && @.key == $key).tags"),
            Value({"key": touch.step_key}, output_field=JSONField()),
            function="jsonb_path_query_first",
            template="%(function)s(%(expressions)s)",
            output_field=JSONField(),
        ),
        flat=True,
    )
    return found.first() or []
