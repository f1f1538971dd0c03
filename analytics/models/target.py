from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Least
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from crm.models.choices import database_checks_choices


class TargetQuerySet(models.QuerySet["Target"]):
    def kept(self) -> Self:
        """Not given up."""
        return self.filter(given_up_at=None)

    def with_last_value(self) -> Self:
        """`last_value` is the one read last."""
        readings = TargetReading.objects.filter(target=OuterRef("pk")).order_by("-day")
        return self.annotate(last_value=Subquery(readings.values("value")[:1]))

    def current(self, today: dt.date) -> Self:
        """Those whose last day has not passed, the nearest first."""
        return self.kept().filter(due_on__gte=today).order_by("due_on", "pk")

    def unread(self, last_on: dt.date) -> Self:
        """Those with a day up to `last_on` whose figure nobody has read yet."""
        return self.kept().filter(read_until__lt=Least(F("due_on"), last_on))


@database_checks_choices
class Target(models.Model):
    """A figure of the whole shop that is to grow to a value by a day. Shares are kept as such: 0.35 is 35 %."""

    class Figure(models.TextChoices):
        BUYER_VALUE = "buyer_value", _("Value of a buyer in 12 months")
        BUYER_MARGIN = "buyer_margin", _("Margin of a buyer in 12 months")
        LIFETIME_VALUE = "lifetime_value", _("Lifetime value (LTV)")
        LIFETIME_MARGIN = "lifetime_margin", _("Lifetime value (LTV) by margin")
        REPEAT_RATE = "repeat_rate", _("Repeat rate")
        REPEAT_ORDERS = "repeat_orders", _("Orders of a buyer who came back")
        AVERAGE_ORDER = "average_order", _("Average order")
        ORDERS_PER_BUYER = "orders_per_buyer", _("Orders per buyer")
        REPEAT_REVENUE_SHARE = "repeat_revenue_share", _("Repeat buyers in revenue")
        REACTIVATION_RATE = "reactivation_rate", _("Reactivation")
        REVENUE = "revenue", _("Revenue")

    figure = models.CharField(_("figure"), max_length=24, choices=Figure.choices, default=Figure.LIFETIME_VALUE)
    start_value = models.DecimalField(_("value at the start"), max_digits=18, decimal_places=6, editable=False)
    wanted_value = models.DecimalField(_("wanted value"), max_digits=18, decimal_places=6)
    starts_on = models.DateField(_("from the day"), editable=False)
    due_on = models.DateField(_("to be reached by"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("set by"),
    )
    created_at = models.DateTimeField(_("set at"), default=timezone.now, editable=False)
    given_up_at = models.DateTimeField(_("given up at"), null=True, editable=False)
    read_until = models.DateField(_("read until"), editable=False)
    reached_on = models.DateField(_("reached on"), null=True, editable=False)

    objects = TargetQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["read_until", "reached_on"],
        verbose_name=_("change of a target"),
        verbose_name_plural=_("changes of targets"),
    )

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["due_on", "pk"]
        default_permissions = ("view", "add", "change")
        # The codes are the fields of the form beside which their words stand.
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "due_on"],
                condition=Q(given_up_at=None),
                name="target_once_by_a_day",
                violation_error_code="due_on",
                violation_error_message=_("There is a target for this figure by this day already: change that one."),
            ),
            models.CheckConstraint(
                condition=Q(wanted_value__gt=F("start_value")),
                name="target_lies_above_its_start",
                violation_error_code="wanted",
                violation_error_message=_("A target lies above where the figure stood at the start."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("starts_on")),
                name="target_ends_after_its_start",
                violation_error_code="due_on",
                violation_error_message=_("Choose a day after today."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_figure_display()}, {formats.date_format(self.due_on, 'SHORT_DATE_FORMAT')}"


class TargetReading(models.Model):
    """Where the figure of a target stood at the end of a day, as it was known the night after."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="readings", verbose_name=_("target"))
    day = models.DateField(_("day"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=6)

    class Meta:
        verbose_name = _("reading of a target")
        verbose_name_plural = _("readings of targets")
        ordering = ["target", "day"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["target", "day"], name="target_read_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.value}"
