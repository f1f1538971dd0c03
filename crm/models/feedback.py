from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.product import Product


@database_checks_choices
class Feedback(models.Model):
    """What a customer said about an order or the shop: a rating 1-5, an NPS answer 0-10, an exit reason."""

    class Kind(models.TextChoices):
        RATING = "rating", _("rating (1-5)")
        NPS = "nps", _("would recommend (0-10)")
        EXIT = "exit", _("reason for leaving")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="feedback", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("order")
    )
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.RATING)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    answer = models.CharField(
        _("answer chosen"), max_length=200, blank=True, db_default="", help_text=_("Of those that the shop offered.")
    )
    text = models.TextField(_("text"), blank=True)
    may_publish = models.BooleanField(_("may be published"), default=False)
    source = models.CharField(_("source"), max_length=50)
    key = models.CharField(max_length=200, editable=False)
    left_at = models.DateTimeField(_("left at"), default=timezone.now)

    class Meta:
        verbose_name = _("rating or review")
        verbose_name_plural = _("ratings and reviews")
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="feedback_once_per_source"),
            models.CheckConstraint(
                condition=Q(kind="rating", score__range=(1, 5)) | Q(kind="nps", score__range=(0, 10)) | Q(kind="exit"),
                name="feedback_score_in_scale",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-left_at"], name="feedback_by_customer")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.score}"
