from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.product import Category, Product

MOST_POINTS = 10_000_000


@database_checks_choices
class LoyaltySettings(models.Model):
    """The one row of the settings of points, coupons and tiers. As installed, nothing changes by it."""

    class Expiry(models.TextChoices):
        NEVER = "never", _("never, unless they were given with an end of their own")
        AGE = "age", _("so many months after they were given")
        INACTIVITY = "inactivity", _("after so many months without an order or points")

    class TierBasis(models.TextChoices):
        MONEY = "money", _("what orders of the last 12 months came to, less returns")
        POINTS = "points", _("points earned in the last 12 months")

    return_days = models.PositiveSmallIntegerField(
        _("days to return goods"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("From delivery. Until then points of an order are pending: they are seen, and cannot be spent."),
    )
    margin_days = models.PositiveSmallIntegerField(
        _("and days for the parcel to come back"), default=3, validators=[MaxValueValidator(90)]
    )
    point_value = models.DecimalField(
        _("a point is worth"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In the shop's currency, when it pays for an order. Empty: orders are not paid with points."),
    )
    most_percent = models.PositiveSmallIntegerField(
        _("points may pay of an order, %"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    expiry = models.CharField(_("points expire"), max_length=10, choices=Expiry.choices, default=Expiry.NEVER)
    expiry_months = models.PositiveSmallIntegerField(
        _("months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    expiry_since = models.DateTimeField(
        null=True, editable=False, help_text="When the rule above was chosen: the first end is a whole period later."
    )
    tier_basis = models.CharField(_("tiers count"), max_length=8, choices=TierBasis.choices, default=TierBasis.MONEY)
    tier_notice_days = models.PositiveSmallIntegerField(
        _("days of notice before a tier is lost"), default=30, validators=[MaxValueValidator(365)]
    )

    class Meta:
        verbose_name = _("settings of loyalty")
        verbose_name_plural = _("settings of loyalty")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="loyalty_settings_one_row")]

    def __str__(self) -> str:
        return str(_("Loyalty"))

    @classmethod
    def load(cls) -> LoyaltySettings:
        """As saved, or as installed."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def pending_days(self) -> int:
        return self.return_days + self.margin_days


class EarningRuleQuerySet(models.QuerySet["EarningRule"]):
    def at(self, day: dt.date) -> Self:
        """Those that hold on this day."""
        begun = Q(starts_on=None) | Q(starts_on__lte=day)
        return self.filter(begun, Q(ends_on=None) | Q(ends_on__gte=day), is_on=True)


@database_checks_choices
class EarningRule(models.Model):
    """For what customers earn points, and how many. What was earned keeps the rule as it was then."""

    class Occasion(models.TextChoices):
        ORDER = "order", _("every order")
        FIRST_ORDER = "first_order", _("the first order")
        RATING = "rating", _("a rating of an order")
        BIRTHDAY = "birthday", _("the birthday")
        REGISTRATION = "registration", _("becoming known to the shop")

    class Way(models.TextChoices):
        PER_AMOUNT = "per_amount", _("points for each amount spent")
        FIXED = "fixed", _("a fixed number of points")
        TIMES = "times", _("times as many as the rules above give")

    OF_ORDERS = (Occasion.ORDER, Occasion.FIRST_ORDER)

    name = models.CharField(_("name"), max_length=100, help_text=_("Customers see it beside their points."))
    is_on = models.BooleanField(_("in force"), default=True)
    occasion = models.CharField(_("for"), max_length=16, choices=Occasion.choices, default=Occasion.ORDER)
    way = models.CharField(_("gives"), max_length=10, choices=Way.choices, default=Way.PER_AMOUNT)
    points = models.PositiveIntegerField(
        _("points"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_POINTS)]
    )
    per = models.DecimalField(
        _("for each"),
        max_digits=12,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0.01)],
        help_text=_("Of the shop's currency, after the discount and without delivery. Parts of a point are dropped."),
    )
    times = models.DecimalField(
        _("times"),
        max_digits=4,
        decimal_places=2,
        default=2,
        validators=[MinValueValidator(0)],
        help_text=_("2: twice as many. 0: these goods earn nothing."),
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only for category")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only for product")
    )
    audience = models.JSONField(_("only for customers"), null=True, blank=True)
    starts_on = models.DateField(_("from the day"), null=True, blank=True)
    ends_on = models.DateField(_("until the day"), null=True, blank=True)
    most_by_order = models.PositiveIntegerField(
        _("at most, for an order"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    most_by_month = models.PositiveIntegerField(
        _("at most, in a month"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EarningRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of earning")
        verbose_name_plural = _("rules of earning")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(category=None) | Q(product=None), name="earning_rule_one_scope"),
            models.CheckConstraint(condition=Q(points__gt=0, per__gt=0), name="earning_rule_gives_something"),
            models.CheckConstraint(
                condition=Q(way="fixed") | Q(occasion__in=["order", "first_order"]), name="earning_rule_way_has_money"
            ),
            models.CheckConstraint(
                condition=Q(occasion__in=["order", "first_order"]) | Q(category=None, product=None),
                name="earning_rule_scope_has_goods",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EarningQuerySet(models.QuerySet["Earning"]):
    def pending(self) -> Self:
        return self.filter(approved_at=None, points__gt=0)


class Earning(models.Model):
    """Points that a rule gave for one occasion, by the rule as it was then.

    Until they are approved they are in no balance. `points` is what they come to now; the ledger holds as many once
    they are approved, whatever comes back later.
    """

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="earnings", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.CASCADE, null=True, blank=True, related_name="earnings", verbose_name=_("order")
    )
    rule = models.ForeignKey(EarningRule, models.SET_NULL, null=True, related_name="earnings", verbose_name=_("rule"))
    terms: models.JSONField[Any, Any] = models.JSONField(default=dict, help_text="The rule as it was then.")
    points = models.PositiveIntegerField(_("points"))
    earned_at = models.DateTimeField(_("earned at"))
    approved_at = models.DateTimeField(_("given at"), null=True, blank=True)
    changes = models.PositiveIntegerField(default=0, help_text="How often points were added or taken once given.")
    key = models.CharField(max_length=200, unique=True)

    objects = EarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("points earned")
        verbose_name_plural = _("points earned")
        indexes = [
            models.Index(fields=["customer", "-earned_at"], name="earning_by_customer"),
            models.Index(fields=["id"], condition=Q(approved_at=None, points__gt=0), name="earning_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}"


class PointsHoldQuerySet(models.QuerySet["PointsHold"]):
    def active(self, at: dt.datetime) -> Self:
        return self.filter(settled_at=None, until__gt=at)


class PointsHold(models.Model):
    """Points that a till has set aside for a sale. They are still on the balance, and nobody else can spend them."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="point_holds", db_index=False, verbose_name=_("customer")
    )
    sale = models.CharField(_("sale"), max_length=100, unique=True)
    points = models.PositiveIntegerField(_("points"))
    held_at = models.DateTimeField(_("held at"))
    until = models.DateTimeField(_("held until"))
    settled_at = models.DateTimeField(_("spent or let go at"), null=True, blank=True)

    objects = PointsHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("points held")
        verbose_name_plural = _("points held")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="points_hold_of_some"),
            models.CheckConstraint(condition=Q(until__gt=F("held_at")), name="points_hold_lasts"),
        ]
        indexes = [models.Index(fields=["customer"], condition=Q(settled_at=None), name="points_hold_open")]

    def __str__(self) -> str:
        return self.sale
