"""What each night's search came to, and how far the same models were off on the shop's own past."""

from __future__ import annotations

import math
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices


class PredictionRunQuerySet(models.QuerySet["PredictionRun"]):
    def answered(self) -> Self:
        return self.exclude(outcome=PredictionRun.Outcome.NO_ANSWER)

    def last_answer(self) -> PredictionRun | None:
        return self.answered().order_by("at").last()


@database_checks_choices
class PredictionRun(models.Model):
    """Written only by crm.figures.predictions.

    What was held back is told beside what had been predicted of it: orders of so many days, and money of perhaps
    more. Nothing is told where the shop's past is too short, or too few orders came in it.
    """

    class Outcome(models.TextChoices):
        FOUND = "found", _("predicted")
        TOO_FEW = "too_few", _("too few buyers to learn from")
        NO_ANSWER = "no_answer", _("no parameters fit; the predictions of the night before stay")

    # With fewer the parameters say more about chance than about the shop.
    FEWEST_BUYERS, FEWEST_REPEAT_BUYERS = 100, 30
    # A model that was further off says more about itself than about the shop.
    LARGEST_ERROR = 0.3

    at = models.DateTimeField(_("at"), unique=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices)
    buyers = models.PositiveIntegerField(_("buyers"))
    repeat_buyers = models.PositiveIntegerField(_("repeat buyers"))
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    at_edge = ArrayField(
        models.CharField(max_length=8), default=list, blank=True, verbose_name=_("parameters at the edge of the search")
    )
    orders = models.FloatField(_("orders expected in 90 days"), null=True)
    revenue = models.FloatField(_("revenue expected in a year"), null=True)
    orders_days = models.PositiveSmallIntegerField(_("days whose orders were held back"), null=True)
    orders_predicted = models.FloatField(_("orders predicted"), null=True)
    orders_came = models.PositiveIntegerField(_("orders that came"), null=True)
    revenue_days = models.PositiveSmallIntegerField(_("days whose revenue was held back"), null=True)
    revenue_predicted = models.FloatField(_("revenue predicted"), null=True)
    revenue_came = models.FloatField(_("revenue that came"), null=True)

    objects = PredictionRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("night of predictions")
        verbose_name_plural = _("nights of predictions")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(orders_days=None, orders_predicted=None, orders_came=None)
                | Q(orders_days__isnull=False, orders_predicted__isnull=False, orders_came__isnull=False),
                name="prediction_run_orders_whole",
            ),
            models.CheckConstraint(
                condition=Q(revenue_days=None, revenue_predicted=None, revenue_came=None)
                | Q(revenue_days__isnull=False, revenue_predicted__isnull=False, revenue_came__isnull=False),
                name="prediction_run_revenue_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.outcome}"

    @property
    def orders_error(self) -> float | None:
        """By what share too many orders were predicted; below 0 too few. None where it cannot be told."""
        return _error(self.orders_predicted, self.orders_came)

    @property
    def revenue_error(self) -> float | None:
        return _error(self.revenue_predicted, self.revenue_came)


def _error(predicted: float | None, came: float | None) -> float | None:
    if predicted is None or came is None:
        return None
    return predicted / came - 1 if came else math.inf
