from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.product import Product


class ProductRegistration(models.Model):
    """A customer told the shop that this thing is theirs. It adds no right to those the law gives, and takes none."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="registrations", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.CASCADE, related_name="registrations", db_index=False, verbose_name=_("order")
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="registrations", verbose_name=_("product"))
    serial = models.CharField(_("serial number"), max_length=100, blank=True)
    bought_on = models.DateField(_("bought on"), null=True, blank=True)
    place = models.CharField(_("bought where"), max_length=200, blank=True)
    registered_at = models.DateTimeField(_("registered at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("registered product")
        verbose_name_plural = _("registered products")
        constraints = [
            models.UniqueConstraint(fields=["order", "product"], name="registration_once_in_order"),
        ]
        indexes = [
            models.Index(fields=["customer", "-registered_at"], name="registration_by_customer"),
            models.Index(fields=["-registered_at"], name="registration_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.serial}".strip()
