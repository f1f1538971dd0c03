from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Dashboard(models.Model):
    """The one row that says of which moment the rollups are. Its `view` permission opens the dashboard."""

    counted_at = models.DateTimeField(_("counted at"))
    seconds_taken = models.FloatField(_("counting took, seconds"))
    time_zone = models.CharField(_("time zone"), max_length=64)
    changes_seen = models.BigIntegerField(_("changes seen"))
    sources = ArrayField(models.CharField(max_length=100), default=list, verbose_name=_("acquisition sources"))

    class Meta:
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboard")
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="dashboard_is_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
