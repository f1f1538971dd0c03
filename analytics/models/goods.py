"""What goes with what, counted anew every night by analytics.goods.nightly: only what chance does not explain."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Category, Product
from crm.models.choices import database_checks_choices


class GoodsCount(models.Model):
    """The one row that says of when pairs and traits are, and of how much; its permission lets them be counted now.

    `looked_at` holds, by what was looked at, how many pairs or traits that were: p-values are corrected for so many.
    """

    counted_at = models.DateTimeField(_("counted at"), null=True)
    seconds_taken = models.FloatField(_("counting took, seconds"), default=0)
    orders = models.PositiveIntegerField(_("orders"), default=0)
    customers = models.PositiveIntegerField(_("customers"), default=0)
    newcomers = models.PositiveIntegerField(_("first orders that are 90 days old"), default=0)
    looked_at = models.JSONField(_("looked at"), default=dict)
    asked_at = models.DateTimeField(_("asked for at"), null=True)

    class Meta:
        verbose_name = _("count of goods")
        verbose_name_plural = _("counts of goods")
        default_permissions = ()
        permissions = [("count_goods", "Can have what goes with what counted now")]
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="goods_count_is_one")]

    def __str__(self) -> str:
        return f"{self.counted_at}"

    @property
    def is_awaited(self) -> bool:
        """Somebody asked for it, and no count has ended since."""
        if self.asked_at is None or self.counted_at is None:
            return self.asked_at is not None
        return self.counted_at + dt.timedelta(seconds=self.seconds_taken) < self.asked_at


def _named(of: str) -> Q:
    """Two products, or two categories."""
    other = "category" if of == "product" else "product"
    return Q(
        **{
            f"{of}__isnull": False,
            f"other_{of}__isnull": False,
            f"{other}__isnull": True,
            f"other_{other}__isnull": True,
        }
    ) & ~Q(**{of: F(f"other_{of}")})


@database_checks_choices
class GoodsPair(models.Model):
    """Buyers of the first who bought the other too, beside how many of them chance alone would have made do so."""

    class Way(models.TextChoices):
        TOGETHER = "together", _("in one order")
        NEXT = "next", _("later")

    FEWEST_CUSTOMERS = 20
    WINDOW_DAYS = 183

    way = models.CharField(_("how"), max_length=8, choices=Way.choices)
    product = models.ForeignKey(Product, models.CASCADE, null=True, related_name="+", verbose_name=_("product"))
    other_product = models.ForeignKey(
        Product, models.CASCADE, null=True, related_name="+", verbose_name=_("the other product")
    )
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="+", verbose_name=_("category"))
    other_category = models.ForeignKey(
        Category, models.CASCADE, null=True, related_name="+", verbose_name=_("the other category")
    )
    buyers = models.PositiveIntegerField(_("buyers of the first"))
    customers = models.PositiveIntegerField(_("of them bought the other"))
    confidence = models.FloatField(_("share of the buyers of the first"))
    chance = models.FloatField(_("share that chance would give"))
    lift = models.FloatField(_("times as often as by chance"))
    p_value = models.FloatField(_("p, corrected"))
    typical_days = models.FloatField(_("days between, median"), null=True)

    class Meta:
        verbose_name = _("pair of goods")
        verbose_name_plural = _("pairs of goods")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["way", "product", "other_product", "category", "other_category"],
                name="goods_pair_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=_named("product") | _named("category"), name="goods_pair_two_of_a_kind"),
            models.CheckConstraint(
                condition=Q(customers__lte=F("buyers"), confidence__range=(0, 1), p_value__range=(0, 1)),
                name="goods_pair_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product or self.category} → {self.other_product or self.other_category}"


@database_checks_choices
class ReturnTrait(models.Model):
    """First orders with a trait, and without it: how many were followed by a second one within 90 days.

    `text` names a source, `least` and `most` the bounds of an order's total.
    """

    class Kind(models.TextChoices):
        CATEGORY = "category", _("category")
        PRODUCT = "product", _("product")
        SOURCE = "source", _("acquisition source")
        ORDER_SOURCE = "order_source", _("source of the order")
        TOTAL = "total", _("order total")
        DISCOUNTED = "discounted", _("discount or coupon")
        LATE = "late", _("later than promised")
        RATED_WELL = "rated_well", _("rated 4 or 5")
        RATED_BADLY = "rated_badly", _("rated 1 to 3")
        COMPLAINT = "complaint", _("with a complaint")

    FEWEST_CUSTOMERS = 20
    # Within so many days of the first order; what happened after it counts if it did so within the other number.
    DAYS = 90
    KNOWN_BY_DAYS = 30

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    product = models.ForeignKey(Product, models.CASCADE, null=True, related_name="+", verbose_name=_("product"))
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="+", verbose_name=_("category"))
    text = models.CharField(_("value"), max_length=100, blank=True)
    least = models.DecimalField(_("lower bound"), max_digits=20, decimal_places=2, null=True)
    most = models.DecimalField(_("upper bound"), max_digits=20, decimal_places=2, null=True)
    customers = models.PositiveIntegerField(_("customers with it"))
    came_back = models.PositiveIntegerField(_("of them ordered again"))
    others = models.PositiveIntegerField(_("customers without it"))
    others_came_back = models.PositiveIntegerField(_("of those ordered again"))
    p_value = models.FloatField(_("p, corrected"))

    class Meta:
        verbose_name = _("trait of first orders")
        verbose_name_plural = _("traits of first orders")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "product", "category", "text", "least"],
                name="return_trait_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(came_back__lte=F("customers"), others_came_back__lte=F("others")),
                name="return_trait_parts_within_wholes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.product or self.category or self.text}".strip()
