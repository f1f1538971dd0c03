"""A job as its customer is shown it, in letters and on pages: for many orders in four queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from crm.models import Job, JobPicture, JobStage, Order


@dataclass(frozen=True, slots=True)
class ShownPicture:
    pk: int
    taken: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ShownStage:
    """`state` is one of next, planned, done, waiting (for the customer's answer), accepted, refused."""

    pk: int
    name: str
    state: str
    due_on: dt.date
    reached_at: dt.datetime | None
    words: str
    refusal: str
    pictures: list[ShownPicture]


@dataclass(frozen=True, slots=True)
class ShownJob:
    pk: int
    token: str
    name: str
    number: str
    responsible: str
    answer_hours: int
    prepare: list[str]
    faq: list[tuple[str, str]]
    stages: list[ShownStage]
    started_at: dt.datetime
    closed_at: dt.datetime | None
    report: str
    next_words: str
    next_on: dt.date | None
    before: list[ShownPicture] = field(default_factory=list)
    after: list[ShownPicture] = field(default_factory=list)

    @property
    def next_stage(self) -> ShownStage | None:
        return next((stage for stage in self.stages if stage.state == "next"), None)

    @property
    def waiting(self) -> list[ShownStage]:
        return [stage for stage in self.stages if stage.state == "waiting"]

    def done_since(self, moment: dt.datetime) -> list[ShownStage]:
        return [stage for stage in self.stages if stage.reached_at and stage.reached_at >= moment]


def job_for_order(order: Order) -> ShownJob | None:
    return jobs_shown([order.pk]).get(order.pk)


def jobs_shown(order_ids: Iterable[int]) -> dict[int, ShownJob]:
    """By order; orders without a job are left out."""
    jobs = Job.objects.filter(order__in=list(order_ids)).select_related("order__responsible")
    found = {job.pk: job for job in jobs}
    stages: defaultdict[int, list[JobStage]] = defaultdict(list)
    for stage in JobStage.objects.filter(job__in=found).order_by("job", "position", "pk"):
        stages[stage.job_id].append(stage)
    pictures: defaultdict[int, list[JobPicture]] = defaultdict(list)
    for picture in JobPicture.objects.filter(job__in=found).defer("content").order_by("pk"):
        pictures[picture.job_id].append(picture)
    return {job.order_id: _shown(job, stages[job.pk], pictures[job.pk]) for job in found.values()}


def _shown(job: Job, stages: list[JobStage], pictures: list[JobPicture]) -> ShownJob:
    responsible = job.order.responsible
    ahead = next((stage.pk for stage in stages if stage.reached_at is None), None)
    return ShownJob(
        pk=job.pk,
        token=job.token,
        name=job.name,
        number=job.order.number,
        responsible=(responsible.get_full_name() or responsible.get_username()) if responsible else "",
        answer_hours=job.answer_hours,
        prepare=[line.strip() for line in job.prepare.splitlines() if line.strip()],
        faq=questions(job.faq),
        stages=[_stage(stage, ahead, pictures) for stage in stages],
        started_at=job.started_at,
        closed_at=job.closed_at,
        report=job.report,
        next_words=job.next_words,
        next_on=job.next_on,
        before=[_picture(one) for one in pictures if one.taken == JobPicture.When.BEFORE],
        after=[_picture(one) for one in pictures if one.taken == JobPicture.When.AFTER],
    )


def _stage(stage: JobStage, ahead: int | None, pictures: list[JobPicture]) -> ShownStage:
    return ShownStage(
        pk=stage.pk,
        name=stage.name,
        state=_state(stage, ahead),
        due_on=stage.due_on,
        reached_at=stage.reached_at,
        words=stage.words,
        refusal=stage.refusal,
        pictures=[_picture(one) for one in pictures if one.stage_id == stage.pk],
    )


def _state(stage: JobStage, ahead: int | None) -> str:
    if stage.reached_at is None:
        return "next" if stage.pk == ahead else "planned"
    if stage.is_waiting:
        return "waiting"
    if stage.refused_at:
        return "refused"
    return "accepted" if stage.accepted_at else "done"


def _picture(picture: JobPicture) -> ShownPicture:
    return ShownPicture(picture.pk, picture.taken, picture.width, picture.height)


def questions(text: str) -> list[tuple[str, str]]:
    """A question in a line, its answer below, an empty line between two of them."""
    parts = (part.strip().partition("\n") for part in text.replace("\r\n", "\n").split("\n\n"))
    return [(question.strip(), answer.strip()) for question, _line, answer in parts if question.strip()]
