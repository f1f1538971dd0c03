from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Company(models.Model):
    """A business that several customers buy for."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="company_name_not_empty")]

    def __str__(self) -> str:
        return self.name
