from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chains.models.step_wait import LONGEST_WAIT
from crm.models import Category, Coupon, Product

MOST_POINTS = 10_000_000


class StepChange(models.Model):
    """What a step that changes something is told: a tag, an attribute, points or a coupon with its terms."""

    class Change(models.TextChoices):
        ADD_TAG = "add_tag", _("add a tag")
        REMOVE_TAG = "remove_tag", _("take a tag away")
        SET_ATTRIBUTE = "attribute", _("set an attribute")
        GIVE_POINTS = "points", _("give points")
        ISSUE_COUPON = "coupon", _("issue a coupon")

    COUPONS_WITH_VALUE = (Coupon.Kind.PERCENT, Coupon.Kind.AMOUNT, Coupon.Kind.POINTS)

    change = models.CharField(_("what changes"), max_length=16, choices=Change.choices, default=Change.ADD_TAG)
    tag = models.CharField(_("tag"), max_length=100, blank=True)
    attribute = models.CharField(_("attribute"), max_length=100, blank=True)
    attribute_value = models.CharField(_("value"), max_length=300, blank=True)
    points = models.PositiveIntegerField(
        _("points"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_POINTS)]
    )
    points_days = models.PositiveSmallIntegerField(
        _("they expire after, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("Empty: never."),
    )
    coupon_kind = models.CharField(
        _("a coupon for"), max_length=16, choices=Coupon.Kind.choices, default=Coupon.Kind.PERCENT
    )
    coupon_value = models.DecimalField(
        _("percent, amount or points"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    coupon_gift = models.CharField(_("gift"), max_length=200, blank=True)
    coupon_category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for category"),
    )
    coupon_product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only for product")
    )
    coupon_minimum = models.DecimalField(
        _("from an order of"), max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    coupon_days = models.PositiveSmallIntegerField(
        _("term, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("Counted from the day its message is sent. Empty: no end."),
    )

    class Meta:
        abstract = True

    @property
    def coupon_takes_value(self) -> bool:
        return self.coupon_kind in self.COUPONS_WITH_VALUE
