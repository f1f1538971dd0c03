from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import LessThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.exchange_rate import SMALLEST_RATE
from crm.models.product import Product
from crm.models.search_keys import number_backwards


def _is_some_kept() -> Coalesce:
    """Of an order that had a return: its lines tell, or its money where it has none.

    An aggregate and no EXISTS, which the planner would answer for all orders at once.
    """
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    by_lines = Subquery(lines.values(is_kept=BoolOr(LessThan(F("returned_quantity"), F("quantity")))))
    return Coalesce(by_lines, LessThan(F("refunded"), F("total")), output_field=models.BooleanField())


class OrderQuerySet(models.QuerySet["Order"]):
    def counted(self) -> Self:
        """Orders that count in every figure: all but the cancelled ones."""
        return self.filter(cancelled_at=None)

    def kept(self) -> Self:
        """Orders of which the customer has something still."""
        return self.counted().filter(Q(returned_at=None) | Q(_is_some_kept()))

    def given_back(self) -> Self:
        """Orders of which nothing is left. They are few: leaving these out of many is quicker than looking for kept."""
        return self.filter(~Q(_is_some_kept()), returned_at__isnull=False)

    def between(self, start: dt.datetime, end: dt.datetime) -> Self:
        return self.filter(placed_at__gte=start, placed_at__lt=end)


@database_checks_choices
class Order(models.Model):
    """A purchase of goods or a service. Every moment of its life is a nullable time; its status follows from them."""

    class Status(models.TextChoices):
        PLACED = "placed", _("placed")
        PAID = "paid", _("paid")
        SHIPPED = "shipped", _("shipped")
        DELIVERED = "delivered", _("delivered")
        PARTLY_RETURNED = "partly_returned", _("partly returned")
        RETURNED = "returned", _("returned")
        CANCELLED = "cancelled", _("cancelled")

    number = models.CharField(_("order number"), max_length=100, unique=True)
    external_id = models.CharField(
        _("order id in the shop"),
        max_length=200,
        null=True,
        blank=True,
        unique=True,
        help_text=_("Where the shop's systems name it otherwise than by its number."),
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="orders", db_index=False, verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Product.Kind.choices, default=Product.Kind.GOODS)
    placed_at = models.DateTimeField(_("placed at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered or performed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    returned_at = models.DateTimeField(
        _("returned at"), null=True, blank=True, help_text=_("The last return, whole or in part.")
    )
    promised_at = models.DateTimeField(_("promised for"), null=True, blank=True)
    appointment_at = models.DateTimeField(_("appointment or departure"), null=True, blank=True)
    payment_due_at = models.DateTimeField(_("payment due"), null=True, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=100, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    rate = models.DecimalField(
        _("rate"),
        max_digits=18,
        decimal_places=9,
        default=1,
        db_default=1,
        validators=[MinValueValidator(SMALLEST_RATE)],
        help_text=_("What one of its currency was worth in the shop's on the day it was placed."),
    )
    total = models.DecimalField(
        _("total"), max_digits=14, decimal_places=2, help_text=_("What the customer pays, after the discount.")
    )
    total_in_shop_currency = models.GeneratedField(
        expression=F("total") * F("rate"),
        output_field=models.DecimalField(max_digits=20, decimal_places=2),
        db_persist=True,
        verbose_name=_("total in the shop's currency"),
    )
    discount = models.DecimalField(_("discount"), max_digits=14, decimal_places=2, default=0)
    refunded = models.DecimalField(_("refunded"), max_digits=14, decimal_places=2, default=0)
    coupon_code = models.CharField(_("coupon"), max_length=64, blank=True)
    receipt_url = models.URLField(_("receipt link"), blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True, help_text=_("Where the order came from."))
    told = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="When each field was last told, by its name."
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # Kept by a trigger of the database, whoever writes.
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, db_default=Now(), editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [("import_order", "Can import files of orders")]
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="order_number_not_empty"),
            models.CheckConstraint(condition=Q(total__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("total")), name="order_refund_within_total"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "placed_at"], name="order_by_customer"),
            models.Index(fields=["placed_at", "id"], name="order_placed"),
            # The API's «changed since», page by page.
            models.Index(fields=["changed_at", "id"], name="order_changed"),
            # Who got or gave back something in a time of the past, to see whom nobody heard of since.
            models.Index(fields=["delivered_at"], condition=Q(delivered_at__isnull=False), name="order_delivered"),
            models.Index(fields=["returned_at"], condition=Q(returned_at__isnull=False), name="order_returned"),
            models.Index(OpClass("number", name="text_pattern_ops"), name="order_number_prefix"),
            # Support's search by how a number ends: 18385 finds SO-2026-18385.
            models.Index(OpClass(number_backwards("number"), name="text_pattern_ops"), name="order_number_ending"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def status(self) -> Status:
        moments = (
            (self.cancelled_at, Order.Status.CANCELLED),
            (self.is_partly_returned, Order.Status.PARTLY_RETURNED),
            (self.returned_at, Order.Status.RETURNED),
            (self.delivered_at, Order.Status.DELIVERED),
            (self.shipped_at, Order.Status.SHIPPED),
            (self.paid_at, Order.Status.PAID),
        )
        return next((status for moment, status in moments if moment), Order.Status.PLACED)

    @property
    def is_partly_returned(self) -> bool:
        """Something came back, and something is left: its lines tell, or its money where it has none."""
        if not self.returned_at:
            return False
        lines = self.lines.all()
        return any(line.kept_quantity for line in lines) if lines else self.refunded < self.total


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    def kept(self) -> Self:
        """What customers have: bought in an order that was not cancelled, and not wholly returned.

        Whatever asks who *has* goods reads this; who *bought* them is history, and counts what was returned too.
        """
        return self.filter(order__cancelled_at=None, returned_quantity__lt=F("quantity"))

    def bought_last(self) -> Self:
        """Those whose product their customer has not bought and kept again in a later order."""
        again = OrderLine.objects.kept().filter(
            Q(order__placed_at__gt=OuterRef("order__placed_at"))
            | Q(order__placed_at=OuterRef("order__placed_at"), order__gt=OuterRef("order")),
            product=OuterRef("product"),
            order__customer=OuterRef("order__customer"),
        )
        return self.filter(~Exists(again))


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="lines", verbose_name=_("product"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    price = models.DecimalField(
        _("price"), max_digits=14, decimal_places=4, help_text=_("For one, before the order's discount.")
    )
    cost = models.DecimalField(
        _("cost"), max_digits=14, decimal_places=4, null=True, blank=True, help_text=_("What one costs the shop.")
    )
    returned_quantity = models.DecimalField(_("returned"), max_digits=12, decimal_places=3, default=0)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
                name="order_line_return_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:g} × {self.product}"

    @property
    def kept_quantity(self) -> Decimal:
        return self.quantity - self.returned_quantity


class Milestone(models.Model):
    """A stage of a long job that was reached: foundation laid, frame up, keys handed over."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="milestones", db_index=False, verbose_name=_("order"))
    name = models.CharField(_("name"), max_length=200)
    reached_at = models.DateTimeField(_("reached at"))

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [models.UniqueConstraint(fields=["order", "name"], name="milestone_unique_in_order")]

    def __str__(self) -> str:
        return self.name
