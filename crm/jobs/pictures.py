"""Photos of the work: decoded and made small before they are kept."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Job, JobPicture, JobStage
from crm.pictures.shrinking import shrink

MOST_PICTURES = 60


def add_picture(
    job: Job, data: bytes, *, taken: str, at: dt.datetime, by: User, stage: JobStage | None = None
) -> JobPicture:
    """ValueError in words for what is no picture, and for one too many."""
    if taken not in JobPicture.When.values:
        raise ValueError(_("Say whether it shows the time before, the work or the time after."))
    shrunk = shrink(data)
    with transaction.atomic():
        Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        if job.pictures.count() >= MOST_PICTURES:
            raise ValueError(_("A job has at most %(most)d pictures.") % {"most": MOST_PICTURES})
        return JobPicture.objects.create(
            job=job,
            stage=stage,
            taken=taken,
            content=shrunk.data,
            extension=shrunk.extension,
            width=shrunk.width,
            height=shrunk.height,
            added_at=at,
            added_by=by,
        )
