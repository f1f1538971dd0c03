from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.shop import Shop

WAITS_FOR_US = Q(resolved_at=None) & (Q(answered_at=None) | Q(unanswered_at__isnull=False))
# Complaints go before questions only where both are urgent.
URGENCY = models.Case(
    models.When(severity="high", kind="complaint", then=0),
    models.When(severity="high", then=1),
    models.When(severity="normal", then=2),
    default=3,
)
MOST_URGENT_FIRST = (
    models.Case(models.When(WAITS_FOR_US, then=0), models.When(resolved_at=None, then=1), default=2).asc(),
    URGENCY.asc(),
    models.F("promised_at").asc(nulls_last=True),
    Coalesce("unanswered_at", "opened_at").asc(),
    "pk",
)


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def complaints(self) -> Self:
        return self.filter(kind=Case.Kind.COMPLAINT)

    def waiting(self) -> Self:
        """Open cases that it is our turn in: nothing was offered yet, or the customer wrote since."""
        return self.filter(WAITS_FOR_US)

    def queue(self) -> Self:
        """What waits for us: by urgency, by the time promised, by how long it has waited."""
        return self.waiting().annotate(urgency=URGENCY).order_by(*MOST_URGENT_FIRST)

    def overdue(self, now: dt.datetime) -> Self:
        """Cases that wait for us longer than was promised."""
        return self.waiting().filter(promised_at__lt=now)

    def unanswered(self) -> Self:
        """Open cases whose customer wrote last."""
        return self.open().exclude(unanswered_at=None)


@database_checks_choices
class Case(models.Model):
    """Something a customer needs from a human. Only an open *complaint* stops marketing."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("complaint")
        QUESTION = "question", _("question")

    class Severity(models.TextChoices):
        LOW = "low", _("low")
        NORMAL = "normal", _("normal")
        HIGH = "high", _("high")

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        EMAIL = "email", _("email")
        MESSENGER = "messenger", _("messenger")
        STORE = "store", _("in the shop")
        SURVEY = "survey", _("survey")
        OTHER = "other", _("other")

    class Stage(models.TextChoices):
        OPENED = "opened", _("opened")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        ANSWERED = "answered", _("solution offered")
        RESOLVED = "resolved", _("resolved")
        CONFIRMED = "confirmed", _("customer is content")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="cases", verbose_name=_("customer"))
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.COMPLAINT)
    channel = models.CharField(_("came by"), max_length=16, choices=Channel.choices, default=Channel.PHONE)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, default=Severity.NORMAL)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("what happened"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    promised_at = models.DateTimeField(_("answer promised for"), null=True, blank=True)
    answered_at = models.DateTimeField(_("solution offered at"), null=True, blank=True)
    solution = models.TextField(_("solution offered"), blank=True)
    alternative = models.TextField(_("alternative"), blank=True)
    goodwill = models.CharField(_("goodwill bonus"), max_length=200, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed content at"), null=True, blank=True)
    unanswered_at = models.DateTimeField(
        _("unanswered since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the customer wrote what nobody has answered yet."),
    )
    reopened_at = models.DateTimeField(_("reopened at"), null=True, blank=True, editable=False)
    follows = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="followed_by",
        verbose_name=_("follows the case"),
    )
    key = models.CharField(max_length=200, null=True, blank=True, unique=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(resolved_at__isnull=False), name="case_confirmed_after_resolved"
            ),
            models.CheckConstraint(
                condition=~Q(kind="complaint", resolved_at=None, promised_at=None), name="case_complaint_is_promised"
            ),
        ]
        indexes = [
            # The guard asks for open complaints of a batch of customers.
            models.Index(fields=["customer"], condition=Q(resolved_at=None), name="case_open_by_customer"),
            models.Index(fields=["-opened_at"], name="case_newest"),
        ]

    def __str__(self) -> str:
        return self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A complaint nobody named a time for has to be answered by the shop's own rule."""
        if self.kind == self.Kind.COMPLAINT and not self.resolved_at and not self.promised_at:
            self.promised_at = Shop.load().answer_due(self.severity, self.opened_at)
        super().save(*args, **kwargs)

    @property
    def waits_for_us(self) -> bool:
        return self.resolved_at is None and (self.answered_at is None or self.unanswered_at is not None)

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.waits_for_us and self.promised_at is not None and self.promised_at < now

    @property
    def stage(self) -> Stage:
        moments = (
            (self.confirmed_at, Case.Stage.CONFIRMED),
            (self.resolved_at, Case.Stage.RESOLVED),
            (self.answered_at, Case.Stage.ANSWERED),
            (self.acknowledged_at, Case.Stage.ACKNOWLEDGED),
        )
        return next((stage for moment, stage in moments if moment), Case.Stage.OPENED)
