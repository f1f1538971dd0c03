"""What the settings page adds to the shop's own numbers: hours for one channel, and care for one segment."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Channel, Shop
from crm.models.choices import database_checks_choices
from crm.models.shop import not_every_day
from segments.models import Segment


@database_checks_choices
class QuietHours(models.Model):
    """Quiet hours of one channel, instead of the shop's."""

    shop = models.ForeignKey(Shop, models.CASCADE, default=1, related_name="quiet_hours", verbose_name=_("shop"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices, unique=True)
    quiet_from = models.TimeField(_("quiet from"), default=dt.time(21, 0))
    quiet_until = models.TimeField(_("quiet until"), default=dt.time(9, 0))
    quiet_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Shop.Weekday.choices),
        default=list,
        blank=True,
        validators=[not_every_day],
        verbose_name=_("quiet days of the week"),
    )

    class Meta:
        verbose_name = _("quiet hours of a channel")
        verbose_name_plural = _("quiet hours of single channels")
        ordering = ["channel"]

    def __str__(self) -> str:
        return str(self.get_channel_display())


@database_checks_choices
class SegmentLimits(models.Model):
    """How the customers of one segment are treated otherwise than everybody."""

    shop = models.ForeignKey(Shop, models.CASCADE, default=1, related_name="segment_limits", verbose_name=_("shop"))
    segment = models.OneToOneField(Segment, models.PROTECT, related_name="care", verbose_name=_("segment"))
    weekly_cap = models.PositiveSmallIntegerField(
        _("touches a week"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(50)],
        help_text=_("Empty: as everybody. 0: no marketing."),
    )
    channel = models.CharField(
        _("channel tried first"),
        max_length=16,
        choices=Channel.choices,
        blank=True,
        help_text=_("Empty: as everybody."),
    )

    class Meta:
        verbose_name = _("care for a segment")
        verbose_name_plural = _("segments with numbers of their own")
        ordering = ["segment__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekly_cap__isnull=False) | ~Q(channel=""),
                name="segment_limits_says_something",
                violation_error_message=_("Say how many touches a week, or which channel is tried first."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.segment)
