"""A long job from its start to its closing report: repairs, building, courses.

Each stage is done once, perhaps accepted by the customer, and is a milestone of the order. Every verb may be called
again with the same and then changes nothing; locks are taken in the order customer, order.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.jobs.job_events import job_event, stage_event
from crm.locks import lock_fact
from crm.models import Case, EventKind, Job, JobStage, JobTemplate, Order
from crm.orders import orders
from crm.orders.milestones import take_back_milestone
from crm.service.cases import open_case
from crm.timezones import day_of


@transaction.atomic
def start_job(order: Order, template: JobTemplate, *, at: dt.datetime, responsible: User | None = None) -> Job:
    """By the template as it is now: what is changed there later changes no job that is under way."""
    lock_fact(order)
    if order.cancelled_at:
        raise ValueError(_("This order is cancelled."))
    if known := Job.objects.filter(order=order).first():
        return known
    job = Job.objects.create(
        order=order,
        template=template,
        name=template.name,
        answer_hours=template.answer_hours,
        prepare=template.prepare,
        faq=template.faq,
        status_weekday=template.status_weekday,
        started_at=at,
        report=template.report,
        next_words=template.next_words,
    )
    JobStage.objects.bulk_create(
        JobStage(
            job=job,
            position=position,
            name=stage.name,
            due_on=day_of(at) + dt.timedelta(days=stage.days),
            needs_acceptance=stage.needs_acceptance,
        )
        for position, stage in enumerate(template.stages.all())
    )
    if responsible and order.responsible_id != responsible.pk:
        order.responsible = responsible
        order.save(update_fields=["responsible"])
    record_many([job_event(job, EventKind.JOB_STARTED, at, "started")])
    return job


@transaction.atomic
def reach_stage(stage: JobStage, *, words: str, at: dt.datetime) -> JobStage:
    """It is done; where the customer accepts it, they are asked. One that was refused is done again."""
    stage = _locked(stage)
    _check_open(stage.job)
    if stage.reached_at and not stage.refused_at:
        return stage
    stage.reached_at, stage.words = at, words.replace("\0", "").strip()[:5000]
    stage.refused_at, stage.refusal = None, ""
    stage.asked_at = at if stage.needs_acceptance else None
    stage.save(update_fields=["reached_at", "words", "refused_at", "refusal", "asked_at"])
    orders.reach_milestone(stage.job.order, stage.name, at=at)
    if stage.asked_at:
        record_many([stage_event(stage, EventKind.JOB_ACCEPTANCE_ASKED, at)])
    return stage


@transaction.atomic
def take_back_stage(stage: JobStage, *, at: dt.datetime) -> JobStage:
    """It was said to be done, and is not."""
    stage = _locked(stage)
    _check_open(stage.job)
    if stage.accepted_at:
        raise ValueError(_("The customer has accepted this stage."))
    if stage.reached_at is None:
        return stage
    take_back_milestone(stage.job.order, stage.name, at=at)
    stage.reached_at = stage.asked_at = stage.refused_at = None
    stage.refusal = ""
    stage.save(update_fields=["reached_at", "asked_at", "refused_at", "refusal"])
    return stage


@transaction.atomic
def accept_stage(stage: JobStage, *, at: dt.datetime) -> JobStage:
    """The customer says that it is right. The first answer to one asking stands."""
    stage = _locked(stage)
    if not stage.is_waiting:
        return stage
    stage.accepted_at = at
    stage.save(update_fields=["accepted_at"])
    record_many([stage_event(stage, EventKind.JOB_ACCEPTED, at)])
    return stage


@transaction.atomic
def refuse_stage(stage: JobStage, *, words: str, at: dt.datetime) -> JobStage:
    """The customer says what is not right: a complaint, for whoever is responsible."""
    words = words.replace("\0", "").strip()[:5000]
    if not words:
        raise ValueError(_("Please say what is not right yet."))
    stage = _locked(stage)
    if not stage.is_waiting:
        return stage
    order = stage.job.order
    stage.case = open_case(
        order.customer,
        kind=Case.Kind.COMPLAINT,
        subject=(_("Not accepted: %(stage)s") % {"stage": stage.name})[:200],
        body=words,
        order=order,
        owner=order.responsible,
        channel=Case.Channel.OTHER,
        at=at,
        key=f"job:stage:{stage.pk}:{stage.asked_at.isoformat() if stage.asked_at else ''}",
    )
    stage.refused_at, stage.refusal = at, words
    stage.save(update_fields=["refused_at", "refusal", "case"])
    record_many([stage_event(stage, EventKind.JOB_REFUSED, at, case=stage.case.pk)])
    return stage


@transaction.atomic
def close_job(job: Job, *, report: str, next_words: str, next_on: dt.date | None, at: dt.datetime) -> Job:
    """Everything is done: the order is performed, and the customer is told what was done and what comes next."""
    lock_fact(job.order)
    job = Job.objects.select_related("order").select_for_update(of=("self",), no_key=True).get(pk=job.pk)
    if job.closed_at:
        return job
    _check_all_settled(job)
    if not report.strip():
        raise ValueError(_("Write what was done: the customer reads it in the closing report."))
    job.report, job.next_words, job.next_on, job.closed_at = report.strip(), next_words.strip(), next_on, at
    job.save(update_fields=["report", "next_words", "next_on", "closed_at"])
    orders.deliver(job.order, at=at)
    record_many([job_event(job, EventKind.JOB_CLOSED, at, f"closed:{at.isoformat()}")])
    return job


@transaction.atomic
def reopen_job(job: Job) -> None:
    """It was closed by mistake, or there is more to do."""
    lock_fact(job.order)
    Job.objects.filter(pk=job.pk).update(closed_at=None)


def _locked(stage: JobStage) -> JobStage:
    """With its job and order as they are now, nobody else answering meanwhile."""
    found = JobStage.objects.select_related("job__order__customer", "job__order__responsible")
    lock_fact(found.get(pk=stage.pk).job.order)
    return found.select_for_update(of=("self",), no_key=True).get(pk=stage.pk)


def _check_open(job: Job) -> None:
    if job.closed_at or job.order.cancelled_at:
        raise ValueError(_("This job is finished: open it again first."))


def _check_all_settled(job: Job) -> None:
    for stage in job.stages.all():
        if stage.reached_at is None:
            raise ValueError(_("The stage “%(stage)s” is not done yet.") % {"stage": stage.name})
        if not stage.is_settled:
            raise ValueError(_("The customer has not accepted “%(stage)s” yet.") % {"stage": stage.name})
