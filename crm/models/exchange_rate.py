from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SMALLEST_RATE = Decimal("0.000000001")


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def on(self, currency: str, day: dt.date) -> Self:
        """The rates known by this day, the latest first: that one holds."""
        return self.filter(currency=currency, day__lte=day).order_by("-day")


class ExchangeRate(models.Model):
    """What one of a currency is worth in the shop's own, from a day on until the next rate."""

    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[RegexValidator("^[A-Z]{3}$", _("Three capital letters, e.g. USD."))],
        help_text=_("Three capital letters, e.g. USD."),
    )
    day = models.DateField(_("from the day"))
    rate = models.DecimalField(
        _("rate"),
        max_digits=18,
        decimal_places=9,
        validators=[MinValueValidator(SMALLEST_RATE)],
        help_text=_("What one of it is worth in the shop's currency."),
    )

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day:%Y-%m-%d}"
