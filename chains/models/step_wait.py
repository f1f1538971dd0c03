from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from crm.models import Shop

LONGEST_WAIT = 3650
CUSTOM_EVENT = Chain.CUSTOM_EVENT


class StepWait(models.Model):
    """What a step that waits is told: for what, how long, and counted from when."""

    class Wait(models.TextChoices):
        TIME = "time", _("for a time")
        EVENT = "event", _("until something happens, or the time is up")
        OFFSET = "offset", _("until a moment before or after a date")
        HOUR = "hour", _("until an hour or weekday")
        DATE = "date", _("until a date")
        MONTH_DAY = "monthday", _("until a day of the month")

    class Unit(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")
        WEEKS = "weeks", _("weeks")

    class Anchor(models.TextChoices):
        ARRIVAL = "arrival", _("coming to this step")
        TRIGGER = "trigger", _("the start of the chain")
        PLACED = "placed", _("the order")
        PAYMENT_DUE = "payment_due", _("the day the payment is due")
        PAID = "paid", _("the payment")
        SHIPPED = "shipped", _("the shipping")
        DELIVERED = "delivered", _("the delivery")
        PROMISED = "promised", _("the promised date")
        APPOINTMENT = "appointment", _("the appointment")
        WARRANTY_END = "warranty_end", _("the end of the warranty")
        REPURCHASE = "repurchase", _("the time to buy again")
        BIRTHDAY = "birthday", _("the birthday")
        ATTRIBUTE = "attribute", _("a date of the customer")

    class IfUnknown(models.TextChoices):
        WAIT = "wait", _("wait until it is known")
        GO_ON = "go_on", _("go on at once")
        LEAVE = "leave", _("leave the chain")

    wait = models.CharField(_("waits"), max_length=16, choices=Wait.choices, default=Wait.TIME)
    wait_amount = models.SmallIntegerField(
        _("how long"),
        default=1,
        validators=[MinValueValidator(-LONGEST_WAIT), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("For an event: at most. Before or after a date: below zero is before it."),
    )
    wait_unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices, default=Unit.DAYS)
    wait_from = models.CharField(_("counted from"), max_length=16, choices=Anchor.choices, default=Anchor.TRIGGER)
    wait_attribute = models.CharField(
        _("attribute with the date"), max_length=100, blank=True, help_text=_("As your shop sends it: departure_on.")
    )
    if_unknown = models.CharField(
        _("when that date is not known"), max_length=8, choices=IfUnknown.choices, default=IfUnknown.WAIT
    )
    wait_hour = models.PositiveSmallIntegerField(
        _("hour"), default=10, validators=[MaxValueValidator(23)], help_text=_("Of the customer's day.")
    )
    wait_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Shop.Weekday.choices),
        default=list,
        blank=True,
        verbose_name=_("only on"),
    )
    wait_on = models.DateField(_("date"), null=True, blank=True)
    wait_month_day = models.PositiveSmallIntegerField(
        _("day of the month"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("31 is the last day of a shorter month."),
    )
    wait_event = models.CharField(_("until"), max_length=100, blank=True)
    wait_custom_event = models.CharField(
        _("name of the other event"), max_length=100, blank=True, help_text=_("As your shop sends it.")
    )
    wait_rule = models.JSONField(_("only when"), null=True, blank=True)
    wait_this_order = models.BooleanField(_("only about the order of the chain"), default=False)

    class Meta:
        abstract = True

    @property
    def event_kind(self) -> str:
        """What a wait for an event waits for."""
        return self.wait_custom_event if self.wait_event == CUSTOM_EVENT else self.wait_event
