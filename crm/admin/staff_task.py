from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.admin import quick_moments
from crm.admin.refused import keep_refused, pop_refused
from crm.admin.task_filters import TaskOwnerFilter, TaskStateFilter
from crm.admin.task_form import TaskActionForm
from crm.admin.verb_buttons import Verb, VerbAdmin, colleagues
from crm.customers.contact_links import links_of
from crm.models import Channel, StaffTask
from crm.service.staff_tasks import AGAIN, RESULTS, close_task, give_to, note_result, take_back
from crm.timezones import day_of

ICONS = {"call": "call", "card": "edit_note", "gift": "redeem", "video": "videocam", "other": "task_alt"}


@admin.register(StaffTask)
class StaffTaskAdmin(VerbAdmin):
    list_display = ("title", "standing", "due", "kind_label", "customer", "who", "order")
    list_select_related = ("customer", "owner_group", "owner", "order")
    list_filter = (
        TaskStateFilter,
        TaskOwnerFilter,
        ("kind", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("title__istartswith", "customer__last_name__istartswith", "order__number__startswith")
    search_help_text = _("What to do, last name or order number")
    ordering = (F("done_at").desc(nulls_first=True), "due_at")
    fields = (("owner", "owner_group"), "due_at")
    actions = ("mark_done", "give", "put_off")
    action_form = TaskActionForm
    change_form_outer_before_template = "crm/admin/staff_task_panel.html"

    def verbs(self) -> dict[str, Verb]:
        return {"done": _done, "drop": _drop, "result": _result, "take": _take, "take-back": _take_back}

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffTask]:
        return super().get_queryset(request).select_related("customer", "order", "done_by", "case")  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        task = self.get_object(request, object_id) if object_id else None
        extra = {"show_save_and_continue": False, **(_panel(request, task) if task else {}), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **colleagues(db_field), **kwargs)

    def refuse(self, request: HttpRequest, subject: Model, name: str, why: str) -> None:
        keep_refused(request, subject, name, why)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tasks come from chains, or are asked for on their customer's page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(
        description=_("status"),
        label={"overdue": "danger", "open": "warning", "again": "info", "done": "success", "dropped": "default"},
    )
    def standing(self, task: StaffTask) -> tuple[str, str]:
        if task.is_overdue(timezone.now()):
            return "overdue", gettext("overdue")
        if task.status == StaffTask.Status.OPEN and task.result:
            return "again", task.get_result_display()
        return task.status, task.get_status_display()

    @display(description=_("to be done by"), ordering="due_at")
    def due(self, task: StaffTask) -> str:
        """Near days by their name: a list of tasks is read as a calendar."""
        at = timezone.localtime(task.due_at)
        days = (day_of(task.due_at) - day_of(timezone.now())).days
        near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}.get(days)
        return f"{near}, {date_format(at, 'TIME_FORMAT')}" if near else date_format(at, "SHORT_DATETIME_FORMAT")

    @display(description=_("kind"), ordering="kind")
    def kind_label(self, task: StaffTask) -> str:
        return task.get_kind_display()

    @display(description=_("who does it"))
    def who(self, task: StaffTask) -> str:
        return str(task.owner or task.owner_group or "—")

    @admin.action(description=_("Mark as done"), permissions=["change"])
    def mark_done(self, request: HttpRequest, tasks: QuerySet[StaffTask]) -> None:
        now = timezone.now()
        done = sum(
            close_task(task, status=StaffTask.Status.DONE, outcome="", at=now, by=request.user.pk) for task in tasks
        )
        self.message_user(request, ngettext("%(count)d task done.", "%(count)d tasks done.", done) % {"count": done})

    @admin.action(description=_("Give to the colleague"), permissions=["change"])
    def give(self, request: HttpRequest, tasks: QuerySet[StaffTask]) -> None:
        owner = TaskActionForm.owner_of(request)
        if owner is None:
            self.message_user(request, gettext("Choose the colleague beside the action."), messages.ERROR)
            return
        given = give_to(tasks, owner=owner)
        words = ngettext("%(count)d task is %(who)s's now.", "%(count)d tasks are %(who)s's now.", given)
        self.message_user(request, words % {"count": given, "who": owner.get_username()})

    @admin.action(description=_("Put off until tomorrow morning"), permissions=["change"])
    def put_off(self, request: HttpRequest, tasks: QuerySet[StaffTask]) -> None:
        due_at = quick_moments.picked(quick_moments.TOMORROW, timezone.now())
        count = (tasks & StaffTask.objects.open()).update(due_at=due_at)
        words = ngettext("%(count)d task is put off.", "%(count)d tasks are put off.", count)
        self.message_user(request, words % {"count": count})


def _panel(request: HttpRequest, task: StaffTask) -> dict[str, Any]:
    results = RESULTS[StaffTask.Kind(task.kind)]
    contacts = task.customer.contacts.told_last_first()
    phones = [contact for contact in contacts if contact.channel == Channel.SMS]
    now = timezone.now()
    return {
        "now": now,
        "icon": ICONS[task.kind],
        "phones": [(contact, links_of(contact)) for contact in phones],
        "emails": [contact for contact in contacts if contact.channel == Channel.EMAIL],
        "final_results": [(result.value, result.label) for result in results if result not in AGAIN],
        "again_results": [(result.value, result.label) for result in results if result in AGAIN],
        "moments": quick_moments.CHOICES,
        "tomorrow": quick_moments.TOMORROW,
        "past": task.history.select_related("by"),
        "may_take_back": task.done_at is not None and day_of(task.done_at) == day_of(now),
        "refused": pop_refused(request, task),
    }


def _done(request: HttpRequest, task: StaffTask, at: dt.datetime) -> str:
    close_task(task, status=StaffTask.Status.DONE, outcome=_outcome(request), at=at, by=request.user.pk)
    return gettext("Done.")


def _drop(request: HttpRequest, task: StaffTask, at: dt.datetime) -> str:
    close_task(task, status=StaffTask.Status.DROPPED, outcome=_outcome(request), at=at, by=request.user.pk)
    return gettext("Closed as not needed.")


def _result(request: HttpRequest, task: StaffTask, at: dt.datetime) -> str:
    result = request.POST.get("result", "")
    again_at = _again_at(request, at) if result in AGAIN else None
    note_result(task, result=result, words=_outcome(request), at=at, by=request.user.pk, again_at=again_at)
    if again_at:
        when = date_format(timezone.localtime(again_at), "SHORT_DATETIME_FORMAT")
        return gettext("Noted. It is to be tried again on %(when)s.") % {"when": when}
    return gettext("Noted, and closed.")


def _again_at(request: HttpRequest, at: dt.datetime) -> dt.datetime | None:
    """A moment typed goes before one picked."""
    try:
        typed = dt.datetime.fromisoformat(request.POST.get("again_at", "") or "-")
    except ValueError:
        return quick_moments.picked(request.POST.get("again", ""), at)
    return timezone.make_aware(typed) if timezone.is_naive(typed) else typed


def _take(request: HttpRequest, task: StaffTask, at: dt.datetime) -> str:
    if isinstance(request.user, User):
        give_to([task], owner=request.user)
    return gettext("It is yours.")


def _take_back(request: HttpRequest, task: StaffTask, at: dt.datetime) -> str:
    take_back(task, at=at, by=request.user.pk)
    return gettext("Taken back: the task is open again. A chain that its closing began goes on.")


def _outcome(request: HttpRequest) -> str:
    return request.POST.get("outcome", "").replace("\x00", "").strip()[:5000]
