from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from crm.admin import job_verbs
from crm.admin.job_filters import JobStateFilter, StageFilter
from crm.admin.refused import keep_refused, pop_refused
from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.jobs.pictures import add_picture
from crm.models import Job, JobPicture, JobStage
from crm.pictures.shrinking import PictureError
from crm.timezones import day_of

TYPES = {"jpg": "image/jpeg", "png": "image/png"}
MOST_AT_ONCE = 10


class StageInline(TabularInline):  # type: ignore[misc]
    """The plan: names and days. What was done is noted above."""

    model = JobStage
    fields = ("name", "due_on", "needs_acceptance", "position")
    ordering_field = "position"
    hide_ordering_field = True
    extra = 0
    verbose_name_plural = _("plan of the stages")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("crm.change_job")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("crm.view_job")


@admin.register(Job)
class JobAdmin(VerbAdmin):
    list_display = ("name", "order", "customer", "stage_now", "standing", "responsible", "started_at")
    list_filter = (JobStateFilter, StageFilter, ("template", RelatedDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("order__number__startswith", "order__customer__last_name__istartswith", "name__istartswith")
    search_help_text = _("Order number, last name or name of the job")
    ordering = ("-started_at",)
    inlines = (StageInline,)
    change_form_outer_before_template = "crm/admin/job_panel.html"
    fieldsets = (
        (_("What the customer is told"), {"fields": ("name", ("answer_hours", "status_weekday"), "prepare", "faq")}),
    )

    def verbs(self) -> dict[str, Verb]:
        return {
            "reach": job_verbs.reach,
            "not-reached": job_verbs.not_reached,
            "accept": job_verbs.accept,
            "refuse": job_verbs.refuse,
            "close": job_verbs.close,
            "reopen": job_verbs.reopen,
            "remove-photo": job_verbs.remove_photo,
        }

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:job_id>/photos/", wrap(self.photos_view), name="crm_job_photos"),
            path("<int:job_id>/photos/<int:picture_id>/", wrap(self.photo_view), name="crm_job_photo"),
            *super().get_urls(),
        ]

    def photos_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        agent = request.user
        job = get_object_or_404(Job, pk=job_id)
        if not isinstance(agent, User) or not self.has_change_permission(request, job):
            raise PermissionDenied
        _add_photos(request, job, agent)
        return HttpResponseRedirect(self.page_of(job) + "#pictures")

    def photo_view(self, request: HttpRequest, job_id: int, picture_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        picture = get_object_or_404(JobPicture, pk=picture_id, job=job_id)
        return HttpResponse(bytes(picture.content), content_type=TYPES[picture.extension])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        stages = Prefetch("stages", JobStage.objects.order_by("position", "pk"))
        jobs = super().get_queryset(request).select_related("order__customer", "order__responsible")
        return jobs.prefetch_related(stages)  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        job = self.get_object(request, object_id) if object_id else None
        extra = {"show_save_and_continue": False, **(_panel(request, job) if job else {}), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def refuse(self, request: HttpRequest, subject: Model, name: str, why: str) -> None:
        keep_refused(request, subject, name, why)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A job begins on the page of its order."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(description=_("customer"))
    def customer(self, job: Job) -> str:
        return str(job.order.customer)

    @display(description=_("next stage"), empty_value="—")
    def stage_now(self, job: Job) -> str | None:
        ahead = _ahead(job)
        return f"{ahead.name} · {date_format(ahead.due_on, 'SHORT_DATE_FORMAT')}" if ahead else None

    @display(
        description=_("state"),
        label={"overdue": "danger", "refused": "danger", "waiting": "warning", "open": "info", "closed": "success"},
    )
    def standing(self, job: Job) -> tuple[str, str]:
        stages = list(job.stages.all())
        if job.closed_at:
            return "closed", gettext("finished")
        if any(stage.refused_at for stage in stages):
            return "refused", gettext("not accepted")
        if any(stage.is_waiting for stage in stages):
            return "waiting", gettext("waits for the customer")
        ahead = _ahead(job)
        if ahead and ahead.due_on < day_of(timezone.now()):
            return "overdue", gettext("overdue")
        return "open", gettext("open")

    @display(description=_("responsible"), ordering="order__responsible", empty_value="—")
    def responsible(self, job: Job) -> str | None:
        return str(job.order.responsible) if job.order.responsible else None


def _ahead(job: Job) -> JobStage | None:
    return next((stage for stage in job.stages.all() if stage.reached_at is None), None)


def _panel(request: HttpRequest, job: Job) -> dict[str, Any]:
    pictures = list(job.pictures.defer("content").select_related("stage"))
    now, template = timezone.now(), job.template
    next_on = job.next_on or (
        day_of(now) + dt.timedelta(days=template.next_days) if template and template.next_days else None
    )
    return {
        "job": job,
        "stages": list(job.stages.all()),
        "pictures": pictures,
        "takens": JobPicture.When.choices,
        "today": day_of(now),
        "next_on": next_on,
        "page_url": f"{settings.SITE_URL.rstrip('/')}{reverse('chains:job', args=[job.token])}",
        "refused": pop_refused(request, job),
    }


def _add_photos(request: HttpRequest, job: Job, by: User) -> None:
    """One that cannot be read leaves the others in."""
    typed = request.POST.get("stage", "")[:18]
    stage = job.stages.filter(pk=int(typed)).first() if typed.isdecimal() else None
    files, taken, added = request.FILES.getlist("photos"), request.POST.get("taken", ""), 0
    for file in files[:MOST_AT_ONCE]:
        try:
            add_picture(job, file.read(), taken=taken, at=timezone.now(), by=by, stage=stage)
            added += 1
        except (PictureError, ValueError) as error:
            messages.error(request, f"{file.name}: {error}")
    if not files:
        messages.error(request, gettext("Choose the pictures first."))
    if added:
        words = ngettext("%(count)d picture is added.", "%(count)d pictures are added.", added)
        messages.success(request, words % {"count": added})
