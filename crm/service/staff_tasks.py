"""Tasks of colleagues: asked for by a chain, a case or a person, and closed with what came of them."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record
from crm.locks import lock_current
from crm.models import Case, Customer, EventKind, Order, StaffTask
from crm.service.task_outcomes import tell_case


@transaction.atomic
def open_task(
    customer: Customer,
    *,
    title: str,
    at: dt.datetime,
    due_at: dt.datetime,
    kind: str = StaffTask.Kind.OTHER.value,
    script: str = "",
    owner: User | None = None,
    owner_group: Group | None = None,
    order: Order | None = None,
    case: Case | None = None,
    by: User | None = None,
    key: str | None = None,
) -> StaffTask:
    """Ask a colleague for something; one with a `key` is asked for once. ValueError for whoever was erased."""
    if not title.strip() or len(title) > 200:
        raise ValueError(_("A task needs a title of 1 to 200 characters."))
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    fields = {
        "customer": customer,
        "title": title.strip(),
        "kind": kind,
        "script": script,
        "owner": owner,
        "owner_group": owner_group,
        "order": order,
        "case": case,
        "asked_by": by,
        "due_at": due_at,
        "created_at": at,
    }
    if key is None:
        return StaffTask.objects.create(**fields)
    return StaffTask.objects.get_or_create(key=key, defaults=fields)[0]


@transaction.atomic
def close_task(task: StaffTask, *, status: str, outcome: str, at: dt.datetime, by: int | None) -> bool:
    """Done, or not needed; the first answer stands."""
    lock_current(task.customer)
    task.status, task.outcome, task.done_at, task.done_by_id = status, outcome, at, by
    is_closed = (
        StaffTask.objects.open().filter(pk=task.pk).update(status=status, outcome=outcome, done_at=at, done_by=by)
    )
    if is_closed:
        record(
            EventKind.TASK_CLOSED,
            customer=task.customer,
            order=task.order,
            occurred_at=at,
            source="crm",
            key=f"task:{task.pk}:closed",
            properties={"task": task.pk, "kind": task.kind, "status": status, "case": task.case_id},
        )
        tell_case(task, at=at, by=by)
    return bool(is_closed)
