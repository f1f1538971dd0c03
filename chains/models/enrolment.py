from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from chains.models.version import ChainVersion
from crm.models import Customer, Event, Order
from crm.models.choices import database_checks_choices


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> Self:
        return self.filter(status=Enrolment.Status.ACTIVE)

    def due(self, now: dt.datetime) -> Self:
        return self.active().filter(due_at__lte=now)


@database_checks_choices
class Enrolment(models.Model):
    """One customer's way through one chain, pinned to the version it began with."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("under way")
        FINISHED = "finished", _("finished")
        LEFT = "left", _("left")

    class Ending(models.TextChoices):
        NONE = "", _("not ended")
        LAST_STEP = "last_step", _("after the last step")
        GOAL = "goal", _("the goal was reached")
        RULE = "rule", _("the rule that ends the chain held")
        CANCELLED = "cancelled", _("the order was cancelled")
        RETURNED = "returned", _("the order was returned")
        REPLIED = "replied", _("the customer replied")
        MERGED = "merged", _("merged with a customer who is in the chain")
        ERASED = "erased", _("the customer was erased")
        ARCHIVED = "archived", _("the chain was archived")
        BY_HAND = "by_hand", _("taken out by staff")
        LEAVE_STEP = "leave_step", _("the way ended there")
        UNKNOWN_DATE = "unknown_date", _("a date it counts from is not known")

    class Awaits(models.TextChoices):
        """What has to happen before `due_at` can be known, or lets them go on before it."""

        NOTHING = "", _("nothing")
        PAYMENT_DUE = "payment_due", _("a day the payment is due")
        PAID = "paid", _("the payment")
        SHIPPED = "shipped", _("the shipping")
        DELIVERED = "delivered", _("the delivery")
        PROMISED = "promised", _("a promised date")
        APPOINTMENT = "appointment", _("a date of the appointment")
        WARRANTY_END = "warranty_end", _("a date when the warranty ends")
        REPURCHASE = "repurchase", _("a date to buy again")
        BIRTHDAY = "birthday", _("a birth date")
        ATTRIBUTE = "attribute", _("a date of the customer")
        EVENT = "event", _("something to happen")
        RESUME = "resume", _("the chain to be resumed")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="enrolments", db_index=False, verbose_name=_("chain"))
    version = models.ForeignKey(
        ChainVersion, models.PROTECT, related_name="enrolments", db_index=False, verbose_name=_("version")
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="enrolments", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="enrolments",
        db_index=False,
        verbose_name=_("order"),
    )
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("event")
    )
    entry_key = models.CharField(
        max_length=64,
        blank=True,
        help_text="What makes this entry unique for the customer.",
    )
    triggered_at = models.DateTimeField(_("triggered at"), help_text=_("When what started the chain happened."))
    started_at = models.DateTimeField(
        _("let in at"),
        null=True,
        blank=True,
        help_text=_("When the customer was let in later than it happened: the steps count from then."),
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ACTIVE)
    ending = models.CharField(
        _("ended because"), max_length=16, choices=Ending.choices, blank=True, default=Ending.NONE
    )
    step_key = models.CharField(
        _("stands at step"), max_length=32, blank=True, help_text="Key of the step it stands at; empty at the end."
    )
    arrived_at = models.DateTimeField(
        help_text="When it was due to arrive there, so that a wait counts from the plan and not from a late pass."
    )
    due_at = models.DateTimeField(_("goes on at"), null=True, blank=True)
    awaits = models.CharField(_("waits for"), max_length=16, choices=Awaits.choices, blank=True, default=Awaits.NOTHING)
    is_control = models.BooleanField(
        _("in the control group"), default=False, help_text=_("Gets the service messages and none of the marketing.")
    )
    awaited_event = models.CharField(
        max_length=100,
        blank=True,
        db_default="",
        default="",
        help_text="Kind of the event that may end the wait it stands at.",
    )
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            # Also finds the enrolments of a customer: it begins with them.
            models.UniqueConstraint(fields=["customer", "chain", "entry_key"], name="enrolment_entered_once"),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(due_at__isnull=False) | ~Q(awaits=""),
                name="enrolment_active_has_a_next_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="active", ended_at=None, ending="")
                | ~Q(status="active") & Q(due_at=None, awaits="", ended_at__isnull=False) & ~Q(ending=""),
                name="enrolment_ended_says_why",
            ),
        ]
        indexes = [
            # advance takes what is due, oldest first; it must not see those that wait.
            models.Index(fields=["due_at", "id"], condition=Q(status="active"), name="enrolment_due"),
            # A moment of an order wakes those who wait for it.
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="enrolment_by_order"),
            # An event wakes those who wait for its kind.
            models.Index(
                fields=["customer"], condition=Q(status="active") & ~Q(awaited_event=""), name="enrolment_by_awaited"
            ),
            # An event that is cleared away is forgotten here too.
            models.Index(fields=["event"], condition=Q(event__isnull=False), name="enrolment_by_event"),
            # Who is still to be moved to a newer version.
            models.Index(fields=["version"], condition=Q(status="active"), name="enrolment_active_by_version"),
            # The chain's page counts who is under way, and resuming finds who was stopped.
            models.Index(fields=["chain", "status", "awaits"], name="enrolment_by_chain"),
            models.Index(fields=["-entered_at"], name="enrolment_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}: {self.customer}"
