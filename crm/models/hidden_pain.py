from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.customer import Customer


class PainSetAside(models.Model):
    """Somebody looked at a customer among those with hidden pain, and said that nothing is to be done for now."""

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="pain_set_aside", verbose_name=_("customer"))
    why = models.CharField(_("why"), max_length=300)
    at = models.DateTimeField(_("when"), default=timezone.now)
    until = models.DateTimeField(_("until"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("customer set aside")
        verbose_name_plural = _("customers set aside")

    def __str__(self) -> str:
        return f"{self.customer}: {self.why}"
