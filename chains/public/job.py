"""The page of a long job: its plan, what was done, and the customer's word on a stage. Looking changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from chains.messages.context import language_of
from chains.messages.page_urls import PREVIEW
from chains.public.pages import (
    is_flooding,
    preview_page,
    private,
    shop_page,
    too_many_changes_page,
    unknown_link_page,
)
from chains.public.pictures import TYPES
from crm.jobs.jobs import accept_stage, refuse_stage
from crm.jobs.shown import job_for_order
from crm.models import Job, JobStage

Parameters = ParamSpec("Parameters")
ANSWERED = {"accept", "refuse"}


def job_view(view: Callable[Concatenate[HttpRequest, Job, Parameters], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that gets the job its token names, in the customer's language. The token is the permission."""

    def public(request: HttpRequest, token: str, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if token == PREVIEW:
            return private(preview_page(request))
        job = _job(token)
        if job is None:
            return private(unknown_link_page(request))
        with translation.override(language_of(job.order.customer)):
            if request.method == "POST" and is_flooding(token):
                return private(too_many_changes_page(request))
            return private(view(request, job, *args, **kwargs))

    update_wrapper(public, view)
    return csrf_exempt(public)


def _job(token: str) -> Job | None:
    if "\0" in token:  # PostgreSQL refuses to look for it
        return None
    jobs = Job.objects.select_related("order__customer").filter(order__customer__erased_at=None)
    return jobs.filter(token=token).first()


@require_http_methods(["GET", "HEAD", "POST"])
@job_view
def job_page(request: HttpRequest, job: Job) -> HttpResponse:
    if request.method == "POST":
        return _answer(request, job, timezone.now())
    return _page(request, job, noted=request.GET.get("noted", ""))


@require_safe
@job_view
def picture_page(request: HttpRequest, job: Job, picture_id: int) -> HttpResponse:
    picture = job.pictures.filter(pk=picture_id).first()
    if picture is None:
        raise Http404
    return HttpResponse(bytes(picture.content), content_type=TYPES[picture.extension])


def _answer(request: HttpRequest, job: Job, now: dt.datetime) -> HttpResponse:
    stage, said = _stage(request, job), request.POST.get("answer", "")
    if stage is None or said not in ANSWERED:
        return _page(request, job, status=400, problem=_("This page is out of date: load it again."))
    try:
        if said == "accept":
            accept_stage(stage, at=now)
        else:
            refuse_stage(stage, words=request.POST.get("words", ""), at=now)
    except ValueError as error:
        return _page(request, job, status=400, problem=str(error), refused_stage=stage.pk)
    return HttpResponseRedirect(f"{reverse('chains:job', args=[job.token])}?noted={said}")


def _stage(request: HttpRequest, job: Job) -> JobStage | None:
    typed = request.POST.get("stage", "")[:18]
    return job.stages.filter(pk=int(typed)).first() if typed.isdecimal() else None


def _page(
    request: HttpRequest, job: Job, *, status: int = 200, noted: str = "", problem: str = "", refused_stage: int = 0
) -> HttpResponse:
    told = {"noted": noted if noted in ANSWERED else "", "problem": problem, "refused_stage": refused_stage}
    return shop_page(request, "job", status=status, job=job_for_order(job.order), **told)
