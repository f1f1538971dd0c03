"""Where Encore tells other systems what happened, and each message that goes there."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.event import Event
from crm.models.order import Order
from crm.models.secret_field import SecretField

MOST_URL = 500


class WebhookEndpoint(models.Model):
    """One address of somebody else. `kinds` are the kinds of events it is told of."""

    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("How staff call it."))
    url = models.URLField(
        _("address"), max_length=MOST_URL, help_text=_("Where the other system takes webhooks, by POST.")
    )
    secret = SecretField(_("secret"), blank=True, editable=False)
    previous_secret = SecretField(_("secret before"), blank=True, editable=False)
    previous_secret_until = models.DateTimeField(_("the one before signs until"), null=True, editable=False)
    kinds = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, editable=False, verbose_name=_("what it is told")
    )
    tells_email = models.BooleanField(
        _("tell the customer's email address too"),
        default=False,
        help_text=_("Without it the other system knows customers by your shop's id alone."),
    )
    is_paused = models.BooleanField(_("paused"), default=False, editable=False)
    gone_at = models.DateTimeField(_("switched off at"), null=True, editable=False)
    down_since = models.DateTimeField(_("down since"), null=True, editable=False)
    failures_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(
        _("asked again at"), null=True, editable=False, help_text="Nothing is sent there before."
    )
    last_success_at = models.DateTimeField(_("last taken"), null=True, editable=False)
    last_failure = models.CharField(_("last failure"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("connected at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("webhook to another system")
        verbose_name_plural = _("webhooks out")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="webhook_endpoint_name_not_empty")]

    def __str__(self) -> str:
        return self.name

    def secrets_at(self, now: dt.datetime) -> list[str]:
        """The secrets that sign at this moment: after a change the one before signs beside it for a while."""
        is_before_good = self.previous_secret_until is not None and now < self.previous_secret_until
        return [one for one in (self.secret, self.previous_secret if is_before_good else "") if one]


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    def waiting(self) -> Self:
        return self.filter(status=WebhookMessage.Status.WAITING)

    def failed(self) -> Self:
        return self.filter(status=WebhookMessage.Status.FAILED)


@database_checks_choices
class WebhookMessage(models.Model):
    """One thing to tell an endpoint, once for each `key`; its body is made of the facts when it is sent.

    About an event `event:<id>`, about a touch that was sent `sent:<touch>`, the call of a chain's step
    `call:<enrolment>:<step>`, a test `test:<words by chance>`. `data` holds what no event tells.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKEN = "taken", _("taken")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("not sent")

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("webhook")
    )
    key = models.CharField(_("key"), max_length=200)
    public_id = models.UUIDField(_("webhook-id"), db_default=RandomUUID(), editable=False)
    kind = models.CharField(_("event"), max_length=100)
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+", verbose_name=_("event"))
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="+", verbose_name=_("customer"))
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="+", verbose_name=_("order"))
    data = models.JSONField(default=dict, db_default={}, editable=False)
    occurred_at = models.DateTimeField(_("when"))
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.WAITING, db_default=Status.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    due_at = models.DateTimeField(_("sent next at"), default=timezone.now, db_default=Now())
    claimed_until = models.DateTimeField(null=True, editable=False)
    answer_status = models.PositiveSmallIntegerField(_("answered with"), null=True)
    answer = models.TextField(_("answer"), blank=True, default="", db_default="")
    reason = models.CharField(_("why"), max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("written at"), default=timezone.now, db_default=Now())
    settled_at = models.DateTimeField(_("settled at"), null=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to another system")
        verbose_name_plural = _("messages to other systems")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "key"], name="webhook_message_once")]
        indexes = [
            # Each endpoint's next ones; and what came before about the same customer has to go first.
            models.Index(
                fields=["endpoint", "due_at", "id"], condition=Q(status="waiting"), name="webhook_message_due"
            ),
            models.Index(
                fields=["endpoint", "customer", "id"], condition=Q(status="waiting"), name="webhook_message_customer"
            ),
            # What is old is cleared away.
            models.Index(fields=["created_at"], name="webhook_message_age"),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def webhook_id(self) -> str:
        """Stays the same however often it is sent, so that the other side can tell a repetition."""
        return f"msg_{self.public_id.hex}"

    @property
    def can_go_again(self) -> bool:
        return self.status in (self.Status.WAITING, self.Status.FAILED)

    @property
    def is_call(self) -> bool:
        return self.key.startswith("call:")
