from __future__ import annotations

import datetime as dt
from typing import Any, Self

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

    def of(self, user: Any) -> Self:
        """Those that somebody has to do: their own, and those of their groups that nobody took."""
        return self.filter(Q(owner=user) | Q(owner=None, owner_group__in=user.groups.all()))

    def for_the_parcel(self) -> Self:
        return self.open().filter(is_for_parcel=True)


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

    class Reason(models.TextChoices):
        ASKED = "", _("asked for")
        PRAISE = "praise", _("praise")
        HIDDEN_PAIN = "hidden_pain", _("hidden pain")
        RETURN = "return", _("before a return")
        ADDRESS = "address", _("an address is missing")

    class Result(models.TextChoices):
        REACHED = "reached", _("reached")
        WANTS = "wants", _("wants something")
        NOT_REACHED = "not_reached", _("not reached")
        LATER = "later", _("asked for another time")
        SENT = "sent", _("sent")
        DONE = "done", _("done")
        NOT_NEEDED = "not_needed", _("not needed")
        MISSED = "missed", _("too late")
        REOPENED = "reopened", _("taken back")

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
    reason = models.CharField(
        _("why"), max_length=16, choices=Reason.choices, blank=True, default=Reason.ASKED, db_default=""
    )
    is_for_parcel = models.BooleanField(
        _("goes into the parcel"),
        default=False,
        db_default=False,
        help_text=_("To be done before the order is shipped."),
    )
    result = models.CharField(
        _("what came of it"), max_length=16, choices=Result.choices, blank=True, default="", db_default=""
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0, editable=False)
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
            models.CheckConstraint(
                condition=Q(is_for_parcel=False) | Q(order__isnull=False), name="staff_task_parcel_of_an_order"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="open"), name="staff_task_open"),
            # Who was called about what not long ago.
            models.Index(fields=["reason", "customer"], condition=~Q(reason=""), name="staff_task_by_reason"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.status == self.Status.OPEN and self.due_at < now


@database_checks_choices
class StaffTaskTry(models.Model):
    """What came of a task, each time somebody set about it: also when it has to be tried again."""

    task = models.ForeignKey(StaffTask, models.CASCADE, related_name="history", verbose_name=_("staff task"))
    result = models.CharField(_("what came of it"), max_length=16, choices=StaffTask.Result.choices)
    words = models.TextField(_("in words"), blank=True)
    due_at = models.DateTimeField(_("put off until"), null=True, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("try of a task")
        verbose_name_plural = _("tries of tasks")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.get_result_display()
