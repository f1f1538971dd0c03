"""Whose tasks a list shows, and which."""

from __future__ import annotations

import datetime as dt

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.contrib.filters.admin import DropdownFilter

from crm.models import StaffTask
from crm.timezones import day_of, start_of

Lookups = list[tuple[str, str | StrPromise]]


class TaskStateFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[StaffTask]) -> Lookups:
        return [
            ("open", _("to do")),
            ("today", _("to do today")),
            ("overdue", _("overdue")),
            ("again", _("tried, to be tried again")),
            ("closed", _("closed")),
        ]

    def queryset(self, request: HttpRequest, tasks: QuerySet[StaffTask]) -> QuerySet[StaffTask]:
        everything, now = StaffTask.objects.all(), timezone.now()
        chosen = {
            "open": lambda: everything.open(),
            "today": lambda: everything.open().filter(due_at__lt=start_of(day_of(now) + dt.timedelta(days=1))),
            "overdue": lambda: everything.overdue(now),
            "again": lambda: everything.open().exclude(result=""),
            "closed": lambda: everything.exclude(status=StaffTask.Status.OPEN),
        }.get(self.value() or "")
        return tasks & chosen() if chosen else tasks


class TaskOwnerFilter(DropdownFilter):  # type: ignore[misc]
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[StaffTask]) -> Lookups:
        return [("mine", _("mine, and those of my groups")), ("own", _("mine alone")), ("nobodys", _("nobody's yet"))]

    def queryset(self, request: HttpRequest, tasks: QuerySet[StaffTask]) -> QuerySet[StaffTask]:
        everything = StaffTask.objects.all()
        chosen = {
            "mine": lambda: everything.of(request.user),
            "own": lambda: everything.filter(owner=request.user.pk),
            "nobodys": lambda: everything.filter(owner=None),
        }.get(self.value() or "")
        return tasks & chosen() if chosen else tasks
