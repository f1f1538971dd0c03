"""Jobs by what they need, and by the stage that is next."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.contrib.filters.admin import DropdownFilter

from crm.models import Job, JobStage


class JobStateFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Job]) -> list[tuple[str, str | StrPromise]]:
        return [
            ("open", _("open")),
            ("overdue", _("a stage is overdue")),
            ("waiting", _("waits for the customer")),
            ("refused", _("a stage was not accepted")),
            ("mine", _("open, mine")),
            ("closed", _("finished")),
        ]

    def queryset(self, request: HttpRequest, jobs: QuerySet[Job]) -> QuerySet[Job]:
        stages = JobStage.objects.filter(job=OuterRef("pk"))
        is_open = jobs.filter(closed_at=None, order__cancelled_at=None)
        chosen = {
            "open": lambda: is_open,
            "overdue": lambda: is_open.filter(Exists(stages.overdue(timezone.now()))),
            "waiting": lambda: is_open.filter(Exists(stages.waiting())),
            "refused": lambda: is_open.filter(Exists(stages.filter(refused_at__isnull=False))),
            "mine": lambda: is_open.filter(order__responsible=request.user.pk),
            "closed": lambda: jobs.exclude(closed_at=None),
        }.get(self.value() or "")
        return chosen() if chosen else jobs


class StageFilter(DropdownFilter):  # type: ignore[misc]
    """Jobs by the stage that is next."""

    title = _("next stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Job]) -> list[tuple[str, str | StrPromise]]:
        names = JobStage.objects.filter(reached_at=None, job__closed_at=None).order_by("name")
        return [(name, name) for name in names.values_list("name", flat=True).distinct()[:50]]

    def queryset(self, request: HttpRequest, jobs: QuerySet[Job]) -> QuerySet[Job]:
        if not self.value():
            return jobs
        ahead = JobStage.objects.filter(job=OuterRef("pk"), reached_at=None).order_by("position", "pk")
        return jobs.filter(closed_at=None).alias(ahead=Subquery(ahead.values("name")[:1])).filter(ahead=self.value())
