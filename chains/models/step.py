from __future__ import annotations

import secrets

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from crm.models import Channel, Purpose, Shop


def new_step_key() -> str:
    return secrets.token_hex(4)


class Step(models.Model):
    """One step of the draft. `key` stays the same through every version, so that people keep their place."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        WAIT = "wait", _("wait")
        STAFF_TASK = "staff_task", _("staff task")

    class Wait(models.TextChoices):
        TIME = "time", _("for a time")
        OFFSET = "offset", _("until a time counted from")
        HOUR = "hour", _("until an hour of the customer's day")

    class Unit(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")
        WEEKS = "weeks", _("weeks")

    class Anchor(models.TextChoices):
        TRIGGER = "trigger", _("the start of the chain")
        PLACED = "placed", _("the order")
        DELIVERED = "delivered", _("the delivery")
        APPOINTMENT = "appointment", _("the appointment")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="steps", verbose_name=_("chain"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    key = models.CharField(max_length=32, default=new_step_key, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.MESSAGE)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices, default=Purpose.SERVICE)

    template = models.ForeignKey(
        "chains.MessageTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("template"),
    )
    channels = ArrayField(
        models.CharField(max_length=16, choices=Channel.choices),
        default=list,
        blank=True,
        verbose_name=_("channels, the preferred first"),
        help_text=_("Empty: in the shop's order, as far as the template has a text for them."),
    )
    at_hour = models.PositiveSmallIntegerField(
        _("exactly at the hour"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(23)],
        help_text=_("Of the customer's day. Empty: as soon as it is its turn."),
    )
    late_after_hours = models.PositiveSmallIntegerField(
        _("useless after, hours"),
        default=72,
        validators=[MinValueValidator(1)],
        help_text=_("A message that could not go out by then is dropped."),
    )

    wait = models.CharField(_("waits"), max_length=8, choices=Wait.choices, default=Wait.TIME)
    wait_amount = models.SmallIntegerField(
        _("how long"), default=1, help_text=_("Below zero: before, e.g. −1 day from the appointment.")
    )
    wait_unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices, default=Unit.DAYS)
    wait_from = models.CharField(_("counted from"), max_length=16, choices=Anchor.choices, default=Anchor.TRIGGER)
    wait_hour = models.PositiveSmallIntegerField(_("hour"), default=10, validators=[MaxValueValidator(23)])
    wait_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Shop.Weekday.choices),
        default=list,
        blank=True,
        verbose_name=_("only on"),
    )

    script = models.TextField(_("what to do or say"), blank=True)
    due_days = models.PositiveSmallIntegerField(_("to be done within, days"), default=1)
    owner_group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who does it")
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "key"], name="step_key_unique_in_chain"),
            models.CheckConstraint(condition=Q(kind__in=["message", "wait", "staff_task"]), name="step_kind_known"),
            models.CheckConstraint(condition=Q(purpose__in=["service", "marketing"]), name="step_purpose_known"),
            models.CheckConstraint(condition=Q(wait__in=["time", "offset", "hour"]), name="step_wait_known"),
            models.CheckConstraint(
                condition=Q(wait_unit__in=["minutes", "hours", "days", "weeks"]), name="step_unit_known"
            ),
            models.CheckConstraint(
                condition=Q(wait_from__in=["trigger", "placed", "delivered", "appointment"]), name="step_anchor_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()
