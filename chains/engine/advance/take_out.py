"""Taking customers out of a chain by hand."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from chains.models import Enrolment, Touch
from crm.models import Customer


@transaction.atomic
def take_out(enrolments: QuerySet[Enrolment], now: dt.datetime) -> int:
    """Staff take customers out of a chain; guard skips what still waits for them."""
    chosen = list(enrolments.active().values_list("pk", "customer_id"))  # type: ignore[attr-defined]
    list(Customer.objects.locked({customer for _pk, customer in chosen}).values_list("pk"))
    # Whoever went on meanwhile is no longer active, and is left as they are.
    leaving = Enrolment.objects.active().filter(pk__in=[pk for pk, _customer in chosen])
    ids = list(leaving.values_list("pk", flat=True))
    count = leaving.update(
        status=Enrolment.Status.LEFT,
        ending=Enrolment.Ending.BY_HAND,
        step_key="",
        due_at=None,
        awaits=Enrolment.Awaits.NOTHING,
        ended_at=now,
    )
    Touch.objects.filter(enrolment__in=ids).wake(now)
    return count
