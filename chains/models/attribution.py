from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.touch import Touch
from crm.models import Order
from crm.models.choices import database_checks_choices


@database_checks_choices
class OrderAttribution(models.Model):
    """Which touch an order is said to follow: attributed, which is not caused. Written once, by chains.results."""

    class How(models.TextChoices):
        CLICK = "click", _("after a click")
        DELIVERY = "delivery", _("after delivery alone")

    order = models.OneToOneField(
        Order, models.CASCADE, primary_key=True, related_name="attribution", verbose_name=_("order")
    )
    touch = models.ForeignKey(Touch, models.CASCADE, related_name="attributions", verbose_name=_("touch"))
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    touched_at = models.DateTimeField(_("clicked or delivered at"))
    attributed_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("attributed order")
        verbose_name_plural = _("attributed orders")
        default_permissions = ()
        # What has to be counted anew.
        indexes = [models.Index(fields=["attributed_at"], name="attribution_newest")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.touch_id}"
