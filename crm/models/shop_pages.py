"""The customer's own page, and what it asks of the shop."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_cart_url(url: str) -> None:
    if not url.startswith(("https://", "http://")) or not ("{items}" in url or "{skus}" in url):
        raise ValidationError(_("A whole address with {items} or {skus} in it."))


def carriers_in(text: str) -> dict[str, str]:
    """The address of the page of each carrier, by its name; ValueError names the line that is none."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, url = line.partition(":")
        url = url.strip()
        if not (name.strip() and colon and url.startswith(("https://", "http://")) and "{number}" in url):
            raise ValueError(line)
        found[name.strip()] = url
    return found


def validate_carrier_links(text: str) -> None:
    try:
        carriers_in(text)
    except ValueError as error:
        words = _("“%(line)s” is no carrier: write its name, a colon, and an address with {number} in it.")
        raise ValidationError(words, params={"line": str(error)}) from error


class PageSettings(models.Model):
    class RepeatBy(models.TextChoices):
        TASK = "task", _("a task for staff")
        CART = "cart", _("the customer is led to a filled cart")
        WEBHOOK = "webhook", _("the shop's systems do it, told by a webhook")

    page_link_days = models.PositiveSmallIntegerField(
        _("links to a customer's page work for, days"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Then the customer has a fresh one sent to the address the letter went to."),
    )
    repeat_by = models.CharField(
        _("the same again"),
        max_length=8,
        choices=RepeatBy.choices,
        default=RepeatBy.TASK,
        db_default=RepeatBy.TASK,
        help_text=_(
            "What happens when a customer asks for an order again, or a subscription comes round. Webhooks that are "
            "told of it are told in any case."
        ),
    )
    cart_url = models.CharField(
        _("link to a filled cart"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        validators=[validate_cart_url],
        help_text=_(
            "With {items} where the goods go: number in the shop and quantity, 123:2,456:1; with {skus} the same by "
            "SKU. WooCommerce: https://shop.example/checkout-link/?products={items}. "
            "Shopify: https://shop.example/cart/{items}."
        ),
    )
    carrier_links = models.TextField(
        _("where parcels are tracked"),
        blank=True,
        default="",
        db_default="",
        validators=[validate_carrier_links],
        help_text=_(
            "One carrier a line: its name, a colon, and the address of its page with {number} in it. "
            "DHL: https://www.dhl.com/en/express/tracking.html?AWB={number}"
        ),
    )

    class Meta:
        abstract = True
