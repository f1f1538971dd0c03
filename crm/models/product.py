from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices


class Category(models.Model):
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    may_be_recommended = models.BooleanField(
        _("may be recommended"),
        default=True,
        db_default=True,
        help_text=_("If not, neither is anything in the categories below it."),
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="category_unique_name", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_its_own_parent"),
            models.CheckConstraint(condition=~Q(name=""), name="category_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


@database_checks_choices
class Product(models.Model):
    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SERVICE = "service", _("service")

    class PriceTier(models.TextChoices):
        UNKNOWN = "", _("not set")
        BUDGET = "budget", _("budget")
        MIDDLE = "middle", _("middle")
        PREMIUM = "premium", _("premium")

    class Complexity(models.TextChoices):
        SIMPLE = "simple", _("simple")
        COMPLEX = "complex", _("complex")

    sku = models.CharField(_("SKU"), max_length=100, unique=True)
    external_id = models.CharField(
        _("product id in the shop"),
        max_length=200,
        blank=True,
        db_default="",
        help_text=_("Variants of one product share it."),
    )
    name = models.CharField(_("name"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.GOODS)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("category")
    )
    price_tier = models.CharField(
        _("price tier"), max_length=8, choices=PriceTier.choices, blank=True, default=PriceTier.UNKNOWN
    )
    complexity = models.CharField(_("complexity"), max_length=8, choices=Complexity.choices, default=Complexity.SIMPLE)
    warranty_months = models.PositiveSmallIntegerField(_("warranty, months"), null=True, blank=True)
    repurchase_days = models.PositiveSmallIntegerField(
        _("bought again after, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("When a customer usually needs it again."),
    )
    url = models.URLField(
        _("page in the shop"),
        max_length=500,
        blank=True,
        db_default="",
        help_text=_("Where letters lead whoever wants to buy it."),
    )
    instructions_url = models.URLField(_("instructions link"), blank=True)
    video_url = models.URLField(
        _("video link"), blank=True, db_default="", help_text=_("How to set it up and use it, shown beside the order.")
    )
    cart_id = models.CharField(
        _("id in the shop's cart"),
        max_length=100,
        blank=True,
        db_default="",
        help_text=_("By which a link fills the cart: the id of the product or variant."),
    )
    picture_url = models.URLField(_("picture link"), blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=4, null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=4, null=True, blank=True)
    is_in_stock = models.BooleanField(_("in stock"), default=True)
    may_be_recommended = models.BooleanField(_("may be recommended"), default=True, db_default=True)
    feed = models.ForeignKey(
        "crm.Source",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("catalogue feed"),
        help_text=_("Where it was seen last; when it leaves that feed it is out of stock."),
    )
    told = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="When each field was last told, by its name."
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        permissions = [("import_product", "Can import files of products")]
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(sku=""), name="product_sku_not_empty"),
        ]
        indexes = [
            # The variants of a product that the shop changed or deleted.
            models.Index(fields=["external_id"], condition=~Q(external_id=""), name="product_by_external_id"),
        ]

    def __str__(self) -> str:
        return self.name or self.sku


@database_checks_choices
class ProductRelation(models.Model):
    class Kind(models.TextChoices):
        ACCESSORY = "accessory", _("accessory")
        CONSUMABLE = "consumable", _("consumable")
        UPGRADE = "upgrade", _("upgrade")
        SERVICE = "service", _("service")

    product = models.ForeignKey(Product, models.CASCADE, related_name="relations", verbose_name=_("product"))
    related = models.ForeignKey(Product, models.CASCADE, related_name="related_from", verbose_name=_("goes with it"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)

    class Meta:
        verbose_name = _("related product")
        verbose_name_plural = _("related products")
        constraints = [
            models.UniqueConstraint(fields=["product", "related", "kind"], name="product_relation_unique"),
            models.CheckConstraint(condition=~Q(product=F("related")), name="product_relation_two_products"),
        ]

    def __str__(self) -> str:
        return f"{self.product} → {self.related}"
