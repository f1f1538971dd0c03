from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain


class HealthOverrideQuerySet(models.QuerySet["HealthOverride"]):
    def standing(self) -> Self:
        """Not taken back; whether it still concerns what the chain says now, its `basis` tells."""
        return self.filter(withdrawn_at=None)

    def withdraw(self, now: dt.datetime) -> int:
        return self.standing().update(withdrawn_at=now)


class HealthOverride(models.Model):
    """A manager's decision to publish a chain in spite of a rule of the health check, and why. Kept for good."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="health_overrides", verbose_name=_("chain"))
    code = models.CharField(_("rule"), max_length=32)
    step_key = models.CharField(max_length=32, blank=True)
    basis = models.CharField(max_length=64, help_text="Digest of what was looked at; it ends when that changes.")
    words = models.TextField(_("what the rule said"))
    reason = models.TextField(_("why nevertheless"))
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = HealthOverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("override of the health check")
        verbose_name_plural = _("overrides of the health check")
        default_permissions = ("view",)
        permissions = [("override_health", "Can publish in spite of the health check")]
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="health_override_has_reason"),
            models.UniqueConstraint(
                fields=["chain", "code", "step_key", "basis"],
                condition=Q(withdrawn_at=None),
                name="health_override_once",
            ),
        ]

    def __str__(self) -> str:
        return self.words
