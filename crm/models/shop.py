from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from crm.models.channel import Channel, all_channels


class Shop(models.Model):
    """The one row of the settings page. Read it once a batch with `Shop.load()`."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    name = models.CharField(_("name of the shop"), max_length=200, default="Encore")
    site_url = models.URLField(_("shop's site"), blank=True)
    sender_address = models.EmailField(_("letters come from"), default="shop@example.com")
    reply_address = models.EmailField(_("replies go to"), blank=True)
    support_contact = models.CharField(
        _("support contact"), max_length=300, blank=True, help_text=_("Phone, hours: shown in every service letter.")
    )
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True)
    review_url = models.URLField(_("where reviews are left"), blank=True)
    brand_color = models.CharField(_("colour of buttons"), max_length=7, default="#2f6f4f")
    phone_country = models.CharField(
        _("country of phone numbers"),
        max_length=2,
        blank=True,
        help_text=_("Two letters, e.g. RU. Read numbers written without + as of this country."),
    )
    weekly_cap = models.PositiveSmallIntegerField(
        _("touches a week"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("No marketing goes out when a customer already got so many in 7 days. Service always passes."),
    )
    quiet_from = models.TimeField(_("quiet from"), default=dt.time(21, 0))
    quiet_until = models.TimeField(_("quiet until"), default=dt.time(9, 0))
    quiet_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices),
        default=list,
        blank=True,
        verbose_name=_("quiet days of the week"),
    )
    channel_order = ArrayField(
        models.CharField(max_length=16, choices=Channel.choices),
        default=all_channels,
        verbose_name=_("channels, the preferred first"),
        help_text=_("Of the channels a message is written for, the first that reaches the customer is used."),
    )
    lapse_days = models.PositiveSmallIntegerField(
        _("lapsed after, days without an order"), default=180, validators=[MinValueValidator(1)]
    )
    repeat_window_days = models.PositiveSmallIntegerField(
        _("second order expected within, days"), default=90, validators=[MinValueValidator(1)]
    )
    low_rating = models.PositiveSmallIntegerField(
        _("a rating this low opens a case"), default=3, validators=[MinValueValidator(0), MaxValueValidator(5)]
    )

    history = HistoricalRecords(
        verbose_name=_("change of the settings"), verbose_name_plural=_("changes of the settings")
    )

    class Meta:
        verbose_name = _("shop settings")
        verbose_name_plural = _("shop settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="shop_is_one")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls) -> Shop:
        return cls.objects.get_or_create(pk=1)[0]
