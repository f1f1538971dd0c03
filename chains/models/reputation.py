from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Channel


class Reputation(models.Model):
    """How often letters are reported as spam, and whether marketing by email is stopped for it. One row."""

    delivered_week = models.PositiveIntegerField(_("marketing letters delivered in 7 days"), default=0)
    reported_week = models.PositiveIntegerField(_("of them reported as spam"), default=0)
    delivered_month = models.PositiveIntegerField(_("marketing letters delivered in 30 days"), default=0)
    reported_month = models.PositiveIntegerField(_("of them reported as spam"), default=0)
    counted_at = models.DateTimeField(_("counted at"), null=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    allowed_at = models.DateTimeField(
        _("allowed again at"), null=True, help_text=_("Reports on letters sent before count no more.")
    )
    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("allowed by")
    )

    class Meta:
        verbose_name = _("reputation of the sender")
        verbose_name_plural = _("reputation of the sender")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="reputation_is_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def stopped_channels(cls) -> frozenset[str]:
        """Channels that carry no marketing now."""
        return frozenset({Channel.EMAIL.value} if cls.objects.exclude(stopped_at=None).exists() else ())

    @classmethod
    def load(cls) -> Reputation:
        return cls.objects.get_or_create(pk=1)[0]
