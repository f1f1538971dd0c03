from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from chains.models.touch import Touch
from crm.models import Customer
from crm.models.choices import database_checks_choices


class TestOrderQuerySet(models.QuerySet["TestOrder"]):
    def running(self) -> Self:
        return self.filter(status=TestOrder.Status.RUNNING)


@database_checks_choices
class TestOrder(models.Model):
    """A test order: every message of a chain on its way to the marketer who asked. No figure, cap or rule sees it."""

    class Status(models.TextChoices):
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="test_orders", verbose_name=_("chain"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("asked by"))
    address = models.EmailField(_("goes to"))
    language = models.CharField(_("language"), max_length=8)
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("as the customer")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.RUNNING)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)

    objects = TestOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("test order")
        verbose_name_plural = _("test orders")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            # A second click finds the first.
            models.UniqueConstraint(
                fields=["chain", "asked_by"], condition=Q(status="running"), name="test_order_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain}: {self.address}"


class TestOrderMessageQuerySet(models.QuerySet["TestOrderMessage"]):
    def due(self, now: dt.datetime) -> Self:
        return self.filter(
            status=TestOrderMessage.Status.WAITING, test_order__status=TestOrder.Status.RUNNING, due_at__lte=now
        )


@database_checks_choices
class TestOrderMessage(models.Model):
    """One message of a test order, with its text as the draft had it when it was asked for."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    test_order = models.ForeignKey(TestOrder, models.CASCADE, related_name="messages", verbose_name=_("test order"))
    position = models.PositiveSmallIntegerField(_("position"))
    number = models.CharField(_("step"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    channel = models.CharField(_("channel"), max_length=16, choices=Touch.Channel.choices)
    purpose = models.CharField(_("purpose"), max_length=16)
    day = models.PositiveIntegerField(_("day"), help_text="Days after the start of the chain.")
    at = models.TimeField(_("at"), help_text="Of the shop's day.")
    way = models.CharField(_("only on the way"), max_length=500, blank=True)
    text = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    trouble = models.CharField(_("why it failed"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = TestOrderMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message of a test order")
        verbose_name_plural = _("messages of test orders")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["test_order", "position"], name="test_order_message_position_unique"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(status="waiting"), name="test_order_message_due")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
