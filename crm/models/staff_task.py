from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case
from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order


class StaffTaskQuerySet(models.QuerySet["StaffTask"]):
    def open(self) -> Self:
        return self.filter(status=StaffTask.Status.OPEN)

    def overdue(self, now: dt.datetime) -> Self:
        return self.open().filter(due_at__lt=now)


@database_checks_choices
class StaffTask(models.Model):
    """Something a human does for a customer: a call, a card, a gift.

    `touch_id` is the touch of the chain that asked for it, of which crm knows no more; `key` names what else asks.
    """

    class Kind(models.TextChoices):
        CALL = "call", _("call")
        CARD = "card", _("handwritten card")
        GIFT = "gift", _("gift")
        VIDEO = "video", _("video greeting")
        OTHER = "other", _("other")

    class Status(models.TextChoices):
        OPEN = "open", _("to do")
        DONE = "done", _("done")
        DROPPED = "dropped", _("not needed")

    touch_id = models.BigIntegerField(null=True, unique=True, editable=False)
    key = models.CharField(max_length=200, null=True, blank=True, unique=True, editable=False)
    kind = models.CharField(
        _("kind"), max_length=8, choices=Kind.choices, default=Kind.OTHER, db_default=Kind.OTHER.value
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="staff_tasks", verbose_name=_("customer"))
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="staff_tasks", verbose_name=_("order")
    )
    case = models.ForeignKey(
        Case, models.SET_NULL, null=True, blank=True, related_name="staff_tasks", verbose_name=_("case")
    )
    title = models.CharField(_("what to do"), max_length=200)
    script = models.TextField(_("what to do or say"), blank=True)
    owner_group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who does it")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    due_at = models.DateTimeField(_("to be done by"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.OPEN)
    outcome = models.TextField(_("outcome"), blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = StaffTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff task")
        verbose_name_plural = _("staff tasks")
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", done_at=None) | ~Q(status="open") & Q(done_at__isnull=False),
                name="staff_task_done_has_moment",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(status="open"), name="staff_task_open")]

    def __str__(self) -> str:
        return self.title
