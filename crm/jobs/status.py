"""Once a week, on the job's own day, a status is due while it is open. What tells it is a chain."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from crm.events import record_many
from crm.jobs.job_events import job_event
from crm.locks import lock_all_current
from crm.models import EventKind, Job
from crm.timezones import day_of, start_of

BATCH = 500


def tell_due(now: dt.datetime) -> int:
    """How many were due; called as often as one likes, each is told once on its day."""
    told = 0
    while batch := _tell_some(now):
        told += batch
    return told


@transaction.atomic
def _tell_some(now: dt.datetime) -> int:
    ids = list(_due(now).values_list("pk", "order__customer_id")[:BATCH])
    if not ids:
        return 0
    lock_all_current({customer for _pk, customer in ids})
    jobs = list(_due(now).select_for_update(of=("self",), no_key=True).filter(pk__in=[pk for pk, _customer in ids]))
    today = day_of(now)
    record_many(
        [job_event(job, EventKind.JOB_STATUS_DUE, now, f"status:{today}", day=today.isoformat()) for job in jobs]
    )
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(status_told_on=today)
    return len(jobs)


def _due(now: dt.datetime) -> QuerySet[Job]:
    today = day_of(now)
    open_jobs = Job.objects.open().filter(
        Q(status_told_on=None) | Q(status_told_on__lt=today),
        status_weekday=today.weekday(),
        started_at__lt=start_of(today),
        order__customer__erased_at=None,
    )
    return open_jobs.select_related("order").order_by("pk")
