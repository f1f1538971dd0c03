"""What happens to a job, as events of its customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.models import Event, EventKind, Job, JobStage

SOURCE = "crm"


def job_event(job: Job, kind: EventKind, at: dt.datetime, key: str, **more: Any) -> Event:
    return Event(
        kind=kind,
        customer_id=job.order.customer_id,
        order_id=job.order_id,
        occurred_at=at,
        source=SOURCE,
        key=f"job:{job.pk}:{key}",
        properties={"number": job.order.number, "job": job.pk, "name": job.name, **more},
    )


def stage_event(stage: JobStage, kind: EventKind, at: dt.datetime, **more: Any) -> Event:
    """Each time anew: a stage that was refused is done, and asked about, again."""
    name = kind.removeprefix("job.")
    key = f"stage:{stage.pk}:{name}:{at.isoformat()}"
    return job_event(stage.job, kind, at, key, stage=stage.pk, stage_name=stage.name, **more)
