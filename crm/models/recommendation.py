"""What depends on everybody's purchases, counted anew every night by crm.recommendations.nightly."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.product import Category, Product


class ProductSequence(models.Model):
    """Of two products, that the second is bought after the first, and no less often than after anything.

    `confidence` is the share of the first's buyers who bought the second within half a year; `lift` how many times the
    share of all buyers who ever bought it later than their first order that is.
    """

    FEWEST_CUSTOMERS = 20

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="bought_next", db_index=False, verbose_name=_("product")
    )
    followed_by = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("bought next"))
    position = models.PositiveSmallIntegerField(_("which of those bought next"), help_text=_("1 is the most usual."))
    customers = models.PositiveIntegerField(_("customers"))
    confidence = models.FloatField(_("share of the buyers of the first"))
    lift = models.FloatField(_("times as often as after anything"))
    typical_days = models.PositiveSmallIntegerField(_("days between them, typically"))

    class Meta:
        verbose_name = _("product bought next")
        verbose_name_plural = _("products bought next")
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="product_sequence_one_a_position"),
            models.CheckConstraint(condition=~Q(product=F("followed_by")), name="product_sequence_two_products"),
            models.CheckConstraint(
                condition=Q(lift__gte=1, confidence__range=(0, 1)), name="product_sequence_is_usual"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} → {self.followed_by}"


class BestSeller(models.Model):
    """What most customers bought of late, in a category or, without one, in the whole shop."""

    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="+", verbose_name=_("category"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    position = models.PositiveSmallIntegerField(_("place"))
    customers = models.PositiveIntegerField(_("customers"))

    class Meta:
        verbose_name = _("best-seller")
        verbose_name_plural = _("best-sellers")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "position"], name="best_seller_one_a_place", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)
