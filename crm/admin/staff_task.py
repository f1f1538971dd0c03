from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.models import StaffTask
from crm.service.staff_tasks import close_task


class TaskStateFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[StaffTask]) -> list[tuple[str, str | StrPromise]]:
        return [
            ("open", _("to do")),
            ("overdue", _("overdue")),
            ("mine", _("to do, of my groups")),
            ("closed", _("closed")),
        ]

    def queryset(self, request: HttpRequest, tasks: QuerySet[StaffTask]) -> QuerySet[StaffTask]:
        everything = StaffTask.objects.all()
        chosen = {
            "open": lambda: everything.open(),
            "overdue": lambda: everything.overdue(timezone.now()),
            "mine": lambda: everything.open().filter(owner_group__in=request.user.groups.all()),
            "closed": lambda: everything.exclude(status=StaffTask.Status.OPEN),
        }.get(self.value() or "")
        return tasks & chosen() if chosen else tasks


@admin.register(StaffTask)
class StaffTaskAdmin(VerbAdmin):
    list_display = ("title", "standing", "customer", "due_at", "owner_group", "order")
    list_select_related = ("customer", "owner_group", "order")
    list_filter = (TaskStateFilter,)
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("title__istartswith", "customer__last_name__istartswith", "order__number__startswith")
    search_help_text = _("What to do, last name or order number")
    ordering = (F("done_at").desc(nulls_first=True), "due_at")
    fields = ("owner_group", "due_at")
    actions = ("mark_done",)
    change_form_outer_before_template = "crm/admin/staff_task_panel.html"

    def verbs(self) -> dict[str, Verb]:
        return {"done": _done, "drop": _drop}

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffTask]:
        return super().get_queryset(request).select_related("customer", "order", "done_by")  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {"now": timezone.now(), "show_save_and_continue": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tasks come from chains."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(
        description=_("status"),
        label={"overdue": "danger", "open": "warning", "done": "success", "dropped": "default"},
    )
    def standing(self, task: StaffTask) -> tuple[str, str]:
        if task.status == StaffTask.Status.OPEN and task.due_at < timezone.now():
            return "overdue", gettext("overdue")
        return task.status, task.get_status_display()

    @admin.action(description=_("Mark as done"), permissions=["change"])
    def mark_done(self, request: HttpRequest, tasks: QuerySet[StaffTask]) -> None:
        now = timezone.now()
        done = sum(
            close_task(task, status=StaffTask.Status.DONE, outcome="", at=now, by=request.user.pk) for task in tasks
        )
        self.message_user(request, ngettext("%(count)d task done.", "%(count)d tasks done.", done) % {"count": done})


def _done(request: HttpRequest, task: StaffTask, at: dt.datetime) -> str:
    close_task(task, status=StaffTask.Status.DONE, outcome=_outcome(request), at=at, by=request.user.pk)
    return gettext("Done.")


def _drop(request: HttpRequest, task: StaffTask, at: dt.datetime) -> str:
    close_task(task, status=StaffTask.Status.DROPPED, outcome=_outcome(request), at=at, by=request.user.pk)
    return gettext("Closed as not needed.")


def _outcome(request: HttpRequest) -> str:
    return request.POST.get("outcome", "").replace("\x00", "").strip()[:5000]
