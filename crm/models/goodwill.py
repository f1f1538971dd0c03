from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case
from crm.models.choices import database_checks_choices
from crm.models.loyalty import Coupon


class GoodwillQuerySet(models.QuerySet["Goodwill"]):
    def standing(self) -> Self:
        """Given or promised, and not taken back."""
        return self.filter(undone_at=None)

    def promised(self) -> Self:
        """Waits until the customer accepts the offer."""
        return self.standing().filter(given_at=None)

    def of_customer_since(self, customer_id: int, since: dt.datetime) -> Self:
        return self.standing().filter(case__customer=customer_id, promised_at__gte=since)


@database_checks_choices
class Goodwill(models.Model):
    """What a customer gets for their trouble, with what it costs the shop, who decided it and why."""

    class Kind(models.TextChoices):
        POINTS = "points", _("points")
        PERCENT = "percent", _("coupon, percent off")
        AMOUNT = "amount", _("coupon, amount off")
        FREE_DELIVERY = "free_delivery", _("coupon, free delivery")
        GIFT = "gift", _("gift")
        CARD = "card", _("handwritten card")

    case = models.ForeignKey(Case, models.CASCADE, related_name="goodwills", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    percent = models.PositiveSmallIntegerField(_("percent"), null=True, blank=True)
    amount = models.DecimalField(
        _("amount"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("What the coupon takes off, or what the gift costs."),
    )
    currency = models.CharField(_("currency"), max_length=3)
    gift = models.CharField(_("gift"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("given by")
    )
    promised_at = models.DateTimeField(_("promised at"), default=timezone.now)
    given_at = models.DateTimeField(
        _("given at"), null=True, blank=True, help_text=_("Empty until the customer accepts the offer.")
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    coupon = models.OneToOneField(
        Coupon, models.SET_NULL, null=True, blank=True, related_name="goodwill", verbose_name=_("coupon")
    )
    key = models.CharField(max_length=100, unique=True, editable=False)

    objects = GoodwillQuerySet.as_manager()

    class Meta:
        verbose_name = _("goodwill")
        verbose_name_plural = _("goodwill")
        ordering = ["promised_at", "pk"]
        permissions = [("exceed_goodwill", "Can give more goodwill than the settings allow agents")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="points", points__gt=0, percent=None, amount=None)
                | Q(kind="percent", percent__range=(1, 100), points=None, amount=None)
                | Q(kind="amount", amount__gt=0, points=None, percent=None)
                | Q(kind="free_delivery", points=None, percent=None, amount=None)
                | Q(kind="gift", points=None, percent=None) & ~Q(gift="")
                | Q(kind="card", points=None, percent=None),
                name="goodwill_value_fits_kind",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="goodwill_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
