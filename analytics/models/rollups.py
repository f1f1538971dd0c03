"""What the unfiltered dashboard reads instead of orders. analytics.relations defines each; days are the shop's."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class DayFigures(models.Model):
    """The orders placed on one day, those of new buyers apart."""

    placed_on = models.DateField(_("day"), primary_key=True)
    orders = models.PositiveIntegerField(_("orders"))
    revenue = models.DecimalField(_("revenue"), max_digits=18, decimal_places=2)
    margin = models.DecimalField(_("margin"), max_digits=18, decimal_places=2, null=True)
    orders_with_margin = models.PositiveIntegerField(_("orders whose margin is known"))
    first_orders = models.PositiveIntegerField(_("first orders"))
    first_revenue = models.DecimalField(_("revenue of first orders"), max_digits=18, decimal_places=2)
    second_orders = models.PositiveIntegerField(_("second orders"))
    gaps_seconds = ArrayField(
        models.BigIntegerField(),
        verbose_name=_("seconds since the buyer's previous order"),
        help_text=_("One number per repeat order: a median cannot be put together from medians of days."),
    )

    class Meta:
        verbose_name = _("figures of a day")
        verbose_name_plural = _("figures by day")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.placed_on}"


class ComebackFigures(models.Model):
    """How many orders of one day came from buyers whose previous (or previous but one) order was on another given day.

    Different buyers of any period follow from it by addition alone, so no period has to be counted beforehand:
    analytics.period_counts says how. Never more rows than pairs of days, however many orders there are.
    """

    pk = models.CompositePrimaryKey("placed_on", "back", "earlier_on")
    placed_on = models.DateField(_("day"))
    back = models.PositiveSmallIntegerField(_("orders back"), help_text=_("1: the previous order, 2: the one before."))
    earlier_on = models.DateField(_("day of the earlier order"))
    orders = models.PositiveIntegerField(_("orders"))
    second_orders = models.PositiveIntegerField(
        _("second orders"),
        help_text=_("Of these orders, the buyers' second ones; the earlier one was then their first."),
    )
    first_revenue = models.DecimalField(
        _("revenue of earlier orders that were the first"), max_digits=18, decimal_places=2
    )

    class Meta:
        verbose_name = _("figures of comebacks")
        verbose_name_plural = _("figures of comebacks")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(back__in=[1, 2]), name="comeback_one_or_two_back")]

    def __str__(self) -> str:
        return f"{self.placed_on} ← {self.earlier_on}"


class CohortFigures(models.Model):
    """What buyers whose first order fell in one calendar month did so many months later."""

    pk = models.CompositePrimaryKey("first_month_on", "months_later")
    first_month_on = models.DateField(_("month of the first order"))
    months_later = models.PositiveSmallIntegerField(_("months later"))
    buyers = models.PositiveIntegerField(_("buyers"))
    orders = models.PositiveIntegerField(_("orders"))
    revenue = models.DecimalField(_("revenue"), max_digits=18, decimal_places=2)
    margin = models.DecimalField(_("margin"), max_digits=18, decimal_places=2, null=True)
    orders_with_margin = models.PositiveIntegerField(_("orders whose margin is known"))

    class Meta:
        verbose_name = _("figures of a cohort")
        verbose_name_plural = _("figures of cohorts")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.first_month_on:%Y-%m} + {self.months_later}"
