from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import EventKind, Shop


class TriggerFields(models.Model):
    """What starts a chain, as staff fill it in: an event, a date of somebody's, or the calendar."""

    class Trigger(models.TextChoices):
        EVENT = "event", _("something happens")
        LAST_ORDER = "last_order", _("days have passed since the last order")
        BIRTHDAY = "birthday", _("birthday")
        ANNIVERSARY = "anniversary", _("anniversary of an order")
        WARRANTY_END = "warranty_end", _("end of the warranty")
        REPURCHASE = "repurchase", _("time to buy the product again")
        APPOINTMENT = "appointment", _("appointment or departure")
        PAYMENT_DUE = "payment_due", _("payment due")
        ATTRIBUTE = "attribute", _("a date kept with the customer")
        MOMENT = "moment", _("one day of the calendar")
        SEASON = "season", _("again and again by the calendar")

    class Clock(models.TextChoices):
        CUSTOMER = "customer", _("of the customer's day")
        SHOP = "shop", _("of the shop's day")

    class Every(models.TextChoices):
        DAY = "day", _("every day")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")
        YEAR = "year", _("every year")

    CUSTOM_EVENT = "custom"
    SEGMENT_EVENTS = (EventKind.SEGMENT_ENTERED.value, EventKind.SEGMENT_LEFT.value)
    # Those that start for whole crowds at one moment, whoever they are.
    BY_CALENDAR = (Trigger.MOMENT.value, Trigger.SEASON.value)

    ABOUT_ORDERS = frozenset(
        {
            Trigger.LAST_ORDER.value,
            Trigger.ANNIVERSARY.value,
            Trigger.WARRANTY_END.value,
            Trigger.REPURCHASE.value,
            Trigger.APPOINTMENT.value,
            Trigger.PAYMENT_DUE.value,
        }
    )

    trigger = models.CharField(_("starts when"), max_length=16, choices=Trigger.choices, default=Trigger.EVENT)
    trigger_event = models.CharField(
        _("event"),
        max_length=100,
        blank=True,
        choices=[*EventKind.choices, (CUSTOM_EVENT, _("another event"))],
        default=EventKind.ORDER_PLACED,
    )
    custom_event = models.CharField(
        _("name of the other event"), max_length=100, blank=True, help_text=_("As your shop sends it.")
    )
    trigger_segment = models.ForeignKey(
        "segments.Segment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("segment")
    )
    trigger_attribute = models.CharField(
        _("name of the date"),
        max_length=100,
        blank=True,
        help_text=_("An attribute of the customer that holds a date, e.g. departure: 2026-07-01."),
    )
    is_yearly = models.BooleanField(_("comes back every year"), default=False)
    trigger_days = models.SmallIntegerField(
        _("days"),
        default=0,
        validators=[MinValueValidator(-3650), MaxValueValidator(3650)],
        help_text=_("After the last order, or after the date; below zero: before the date."),
    )
    trigger_on = models.DateField(_("day"), null=True, blank=True)
    trigger_every = models.CharField(_("how often"), max_length=8, choices=Every.choices, default=Every.WEEK)
    trigger_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Shop.Weekday.choices),
        default=list,
        blank=True,
        verbose_name=_("on"),
    )
    trigger_day = models.PositiveSmallIntegerField(
        _("day of the month"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("In shorter months: their last day."),
    )
    trigger_month = models.PositiveSmallIntegerField(
        _("month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    trigger_hour = models.PositiveSmallIntegerField(_("at the hour"), default=10, validators=[MaxValueValidator(23)])
    trigger_clock = models.CharField(_("by the clock"), max_length=8, choices=Clock.choices, default=Clock.CUSTOMER)

    class Meta:
        abstract = True

    @property
    def event_kind(self) -> str:
        return self.custom_event if self.trigger_event == self.CUSTOM_EVENT else self.trigger_event


TRIGGER_MOMENT_EXISTS = models.CheckConstraint(
    condition=Q(trigger_day__range=(1, 31), trigger_month__range=(1, 12), trigger_hour__range=(0, 23)),
    name="chain_trigger_moment_exists",
)
