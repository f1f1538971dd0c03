"""Tasks of colleagues that are due today or were due before, on the desk."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from crm.models import StaffTask
from crm.models.staff_task import StaffTaskQuerySet
from crm.service.queue import Ask, Source, Tab, Waiting
from crm.timezones import day_of, start_of


def _asked(ask: Ask) -> StaffTaskQuerySet:
    """Their own, and those of their groups that nobody has taken."""
    found = StaffTask.objects.open().filter(due_at__lt=start_of(day_of(ask.now) + dt.timedelta(days=1)))
    if ask.is_mine:
        found = found.filter(Q(owner=ask.user.pk) | Q(owner=None, owner_group__in=ask.user.groups.all()))
    if ask.text:
        found = found.filter(Q(title__icontains=ask.text) | Q(customer__last_name__istartswith=ask.text))
    return found


def _first(ask: Ask, limit: int) -> list[Waiting]:
    if ask.tab != Tab.TASKS:
        return []
    tasks = _asked(ask).select_related("customer", "owner", "owner_group").order_by("due_at", "pk")
    return [_waiting(task) for task in tasks[:limit]]


def _count(ask: Ask) -> int | None:
    return _asked(ask).count() if ask.tab == Tab.TASKS else None


def _waiting(task: StaffTask) -> Waiting:
    return Waiting(
        title=task.title,
        whom=str(task.customer),
        kind=task.get_kind_display(),
        url=reverse("admin:crm_stafftask_change", args=[task.pk]),
        rank=0,
        since=task.created_at,
        promised_at=task.due_at,
        owner=str(task.owner or task.owner_group or ""),
        customer_id=task.customer_id,
    )


TASKS = Source("crm.view_stafftask", gettext_lazy("All tasks"), "admin:crm_stafftask_changelist", _first, _count)
