"""What the buttons of a job's page do: read what stands beside them, call one verb, say in words what was done."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext

from crm.jobs import jobs
from crm.models import Job, JobStage


def reach(request: HttpRequest, job: Job, at: dt.datetime) -> str:
    stage = jobs.reach_stage(_stage(request, job), words=_posted(request, "words"), at=at)
    if stage.is_waiting:
        return gettext("Noted. The customer is asked to accept it: send them the link, or let a chain do it.")
    return gettext("The stage is noted.")


def not_reached(request: HttpRequest, job: Job, at: dt.datetime) -> str:
    jobs.take_back_stage(_stage(request, job), at=at)
    return gettext("Undone: the stage counts as not done.")


def accept(request: HttpRequest, job: Job, at: dt.datetime) -> str:
    jobs.accept_stage(_stage(request, job), at=at)
    return gettext("Noted: the customer accepts it.")


def refuse(request: HttpRequest, job: Job, at: dt.datetime) -> str:
    jobs.refuse_stage(_stage(request, job), words=_posted(request, "words"), at=at)
    return gettext("Noted: the customer does not accept it. A complaint is open.")


def close(request: HttpRequest, job: Job, at: dt.datetime) -> str:
    next_on = _day(_posted(request, "next_on"))
    jobs.close_job(
        job, report=_posted(request, "report"), next_words=_posted(request, "next_words"), next_on=next_on, at=at
    )
    return gettext("The job is finished, and the order counts as performed.")


def reopen(request: HttpRequest, job: Job, at: dt.datetime) -> str:
    jobs.reopen_job(job)
    return gettext("The job is open again. The order still counts as performed: take that back there, if it is not.")


def remove_photo(request: HttpRequest, job: Job, at: dt.datetime) -> str:
    job.pictures.filter(pk=_number(request, "picture")).delete()
    return gettext("The picture is gone.")


def _stage(request: HttpRequest, job: Job) -> JobStage:
    stage = job.stages.filter(pk=_number(request, "stage")).first()
    if stage is None:
        raise ValueError(gettext("This stage is not among those of the job: look at it again."))
    return stage


def _day(typed: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed) if typed else None
    except ValueError:
        raise ValueError(gettext("“%(typed)s” is not a day.") % {"typed": typed[:40]}) from None


def _number(request: HttpRequest, name: str) -> int:
    typed = request.POST.get(name, "")[:18]
    return int(typed) if typed.isdecimal() else 0


def _posted(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:5000]
