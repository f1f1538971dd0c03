from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case_order import ASKED_WITHIN, BY_URGENCY, URGENCY, WAITS_FOR_US
from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.shop import Shop


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def standing_for(self, case: Case) -> Self:
        """The case itself, or the one it was merged into meanwhile."""
        return self.filter(Q(pk=case.pk, merged_into=None) | Q(merged_from=case))

    def complaints(self) -> Self:
        return self.filter(kind="complaint")

    def waiting(self) -> Self:
        """Open cases that it is our turn in."""
        return self.filter(WAITS_FOR_US)

    def awaiting_customer(self) -> Self:
        """Open cases in which the customer has the next word, who waits longest first."""
        return self.open().exclude(awaits_customer_at=None).order_by("awaits_customer_at", "pk")

    def held(self) -> Self:
        """Open cases that wait for somebody else, who waits longest first."""
        return self.open().exclude(held_at=None).order_by("held_at", "pk")

    def silent(self, since: dt.datetime) -> Self:
        """Cases whose customer has not said a word since then."""
        return self.awaiting_customer().filter(awaits_customer_at__lte=since)

    def to_ask(self, now: dt.datetime, after: dt.timedelta) -> Self:
        """Settled so long ago that the customer can say whether they are content, and not asked yet."""
        settled = self.filter(confirmed_at=None, content_asked_at=None, ending="")
        return settled.filter(resolved_at__lte=now - after, resolved_at__gt=now - ASKED_WITHIN).order_by(
            "resolved_at", "pk"
        )

    def queue(self) -> Self:
        """What waits for us: by urgency, by the time promised, by how long it has waited."""
        return self.waiting().annotate(urgency=URGENCY).order_by(*BY_URGENCY)

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

    class Ending(models.TextChoices):
        """How a case was closed that nobody settled."""

        NO_WORD = "no_word", _("resolved, no word from the customer")
        MERGED = "merged", _("merged into another case")

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
    awaits_customer_at = models.DateTimeField(_("waits for the customer since"), null=True, blank=True, editable=False)
    held_at = models.DateTimeField(_("on hold since"), null=True, blank=True, editable=False)
    held_for = models.CharField(_("on hold for"), max_length=200, blank=True, db_default="", editable=False)
    content_asked_at = models.DateTimeField(_("asked whether content at"), null=True, blank=True, editable=False)
    ending = models.CharField(
        _("how it ended"), max_length=8, choices=Ending.choices, blank=True, default="", db_default="", editable=False
    )
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_from",
        verbose_name=_("merged into the case"),
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
            models.CheckConstraint(
                condition=Q(held_at=None, awaits_customer_at=None)
                | Q(resolved_at=None) & (Q(held_at=None) | Q(awaits_customer_at=None)),
                name="case_rests_while_open",
            ),
            models.CheckConstraint(
                condition=Q(ending="") | Q(resolved_at__isnull=False), name="case_ended_is_resolved"
            ),
            # Its row may go before that which it was merged into.
            models.CheckConstraint(condition=Q(merged_into=None) | Q(ending="merged"), name="case_merged_has_ended"),
        ]
        indexes = [
            # The guard asks for open complaints of a batch of customers.
            models.Index(fields=["customer"], condition=Q(resolved_at=None), name="case_open_by_customer"),
            models.Index(fields=["-opened_at"], name="case_newest"),
            # The desk begins with the most urgent of however many wait.
            models.Index(*BY_URGENCY, condition=WAITS_FOR_US, name="case_queue"),
            models.Index(
                fields=["awaits_customer_at"], condition=Q(awaits_customer_at__isnull=False), name="case_silent"
            ),
            models.Index(fields=["held_at"], condition=Q(held_at__isnull=False), name="case_held"),
            models.Index(
                fields=["resolved_at"], condition=Q(confirmed_at=None, content_asked_at=None), name="case_to_ask"
            ),
            models.Index(fields=["owner"], condition=Q(resolved_at=None), name="case_open_by_owner"),
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
        return self.resolved_at is None and self.held_at is None and self.awaits_customer_at is None

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
