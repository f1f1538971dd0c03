"""What a customer has brought again and again, and each time it came round."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.product import Product

MOST_OF_ONE = 99
LONGEST = {"day": 730, "month": 24}


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def live(self) -> Self:
        """Those that were not stopped; some may rest."""
        return self.filter(stopped_at=None)

    def active(self) -> Self:
        return self.live().filter(paused_at=None)

    def paused(self) -> Self:
        return self.live().filter(paused_at__isnull=False)

    def due(self, today: dt.date) -> Self:
        return self.active().filter(next_on__lte=today)

    def to_announce(self, until: dt.date) -> Self:
        """Those that come round by this day, which nobody was told of yet."""
        return self.active().filter(Q(announced_on=None) | ~Q(announced_on=F("next_on")), next_on__lte=until)


@database_checks_choices
class Subscription(models.Model):
    """A consumable brought every so often. Its dates are counted from `anchor_on`, so that a short month shifts none.

    `next_on` is the date of cycle `cycle`; crm.subscriptions.rhythm counts it. Of those that lie ahead `skipped` were
    passed over, the last of which may be taken back.
    """

    class Unit(models.TextChoices):
        DAY = "day", _("days")
        MONTH = "month", _("months")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")

    class StopReason(models.TextChoices):
        TOO_MUCH = "too_much", _("too much of it at home")
        TOO_DEAR = "too_dear", _("too expensive")
        NO_NEED = "no_need", _("no longer needed")
        ELSEWHERE = "elsewhere", _("bought elsewhere")
        UNHAPPY = "unhappy", _("not content with it")
        OTHER = "other", _("another reason")
        MERGED = "merged", _("joined with the same one of a duplicate")
        ERASED = "erased", _("the person was erased")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="subscriptions", db_index=False, verbose_name=_("customer")
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="subscriptions", verbose_name=_("product"))
    quantity = models.PositiveSmallIntegerField(
        _("quantity"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_OF_ONE)]
    )
    every = models.PositiveSmallIntegerField(_("every"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("days or months"), max_length=8, choices=Unit.choices, default=Unit.DAY)
    anchor_on = models.DateField(_("counted from"), editable=False)
    cycle = models.PositiveIntegerField(default=0, editable=False)
    next_on = models.DateField(_("next on"))
    skipped = models.PositiveSmallIntegerField(_("skipped in a row"), default=0, editable=False)
    announced_on = models.DateField(
        _("announced"), null=True, blank=True, editable=False, help_text="The date that the customer was told of."
    )
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True, editable=False)
    paused_until = models.DateField(_("paused until"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True, editable=False)
    stop_reason = models.CharField(
        _("why it was stopped"), max_length=16, choices=StopReason.choices, blank=True, editable=False
    )
    stop_words = models.CharField(_("in their own words"), max_length=500, blank=True, editable=False)
    order = models.ForeignKey(
        Order,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="subscriptions",
        verbose_name=_("begun from the order"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
        help_text=_("Empty: by the customer themselves."),
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "product"], condition=Q(stopped_at=None), name="subscription_once_a_product"
            ),
            models.CheckConstraint(condition=Q(quantity__range=(1, MOST_OF_ONE)), name="subscription_quantity"),
            models.CheckConstraint(
                condition=Q(unit="day", every__range=(1, LONGEST["day"]))
                | Q(unit="month", every__range=(1, LONGEST["month"])),
                name="subscription_interval",
            ),
            models.CheckConstraint(
                condition=Q(paused_until=None) | Q(paused_at__isnull=False), name="subscription_paused_until"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None, stop_reason="") | Q(stopped_at__isnull=False) & ~Q(stop_reason=""),
                name="subscription_stopped_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-started_at"], name="subscription_by_customer"),
            # What comes round, and what is announced, is looked for all day.
            models.Index(fields=["next_on"], condition=Q(stopped_at=None, paused_at=None), name="subscription_due"),
            models.Index(
                fields=["paused_until"],
                condition=Q(stopped_at=None, paused_until__isnull=False),
                name="subscription_resting",
            ),
            models.Index(fields=["stopped_at"], condition=Q(stopped_at__isnull=False), name="subscription_stopped"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"

    @property
    def status(self) -> Status:
        if self.stopped_at:
            return Subscription.Status.STOPPED
        return Subscription.Status.PAUSED if self.paused_at else Subscription.Status.ACTIVE


class SubscriptionRenewalQuerySet(models.QuerySet["SubscriptionRenewal"]):
    def waiting(self) -> Self:
        """For goods that were out of stock on their day."""
        return self.filter(status=SubscriptionRenewal.Status.WAITING)

    def asked(self) -> Self:
        """The shop was asked, and no order has come yet."""
        return self.filter(status=SubscriptionRenewal.Status.ASKED)


@database_checks_choices
class SubscriptionRenewal(models.Model):
    """One time a subscription came round: what the shop was asked for, once, and the order that came of it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits for stock")
        ASKED = "asked", _("asked of the shop")
        FULFILLED = "fulfilled", _("renewed")
        MISSED = "missed", _("came to nothing")

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="renewals", db_index=False, verbose_name=_("subscription")
    )
    due_on = models.DateField(_("due on"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    price = models.DecimalField(
        _("price"), max_digits=14, decimal_places=4, null=True, blank=True, help_text=_("Of one, on that day.")
    )
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="renewals", verbose_name=_("order")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = SubscriptionRenewalQuerySet.as_manager()

    class Meta:
        verbose_name = _("renewal of a subscription")
        verbose_name_plural = _("renewals of subscriptions")
        ordering = ["-due_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "due_on"], name="renewal_once_a_cycle"),
            models.CheckConstraint(
                condition=Q(status="waiting", asked_at=None) | ~Q(status="waiting"), name="renewal_waits_or_was_asked"
            ),
        ]
        indexes = [
            models.Index(fields=["status"], condition=Q(status__in=["waiting", "asked"]), name="renewal_open"),
        ]

    def __str__(self) -> str:
        return f"{self.due_on:%Y-%m-%d}: {self.quantity} × {self.product}"
