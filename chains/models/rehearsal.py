from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from crm.models.choices import database_checks_choices

# A worker tells every second how far it is; one that has been silent for so long is gone.
SILENT_FOR = dt.timedelta(minutes=2)


class RehearsalQuerySet(models.QuerySet["Rehearsal"]):
    def open(self) -> Self:
        return self.filter(status__in=[Rehearsal.Status.WAITING, Rehearsal.Status.RUNNING])

    def abandoned(self, now: dt.datetime) -> Self:
        return self.filter(status=Rehearsal.Status.RUNNING, heard_at__lt=now - SILENT_FOR)


@database_checks_choices
class Rehearsal(models.Model):
    """One run of a chain's draft against the shop's past, and what it told. Nothing else remains of it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for its turn")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="rehearsals", verbose_name=_("chain"))
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    share = models.FloatField(_("how far"), default=0)
    result = models.JSONField(_("result"), null=True)
    trouble = models.TextField(_("why it failed"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    heard_at = models.DateTimeField(_("last heard of"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = RehearsalQuerySet.as_manager()

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="rehearsal_days_in_order"),
            models.CheckConstraint(condition=~Q(status="done") | Q(result__isnull=False), name="rehearsal_done_tells"),
            # A second click finds the first.
            models.UniqueConstraint(
                fields=["chain"], condition=Q(status__in=["waiting", "running"]), name="rehearsal_one_at_a_time"
            ),
            # Two would keep both workers of a small shop from its letters.
            models.UniqueConstraint(fields=["status"], condition=Q(status="running"), name="rehearsal_runs_alone"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}: {self.first_on} – {self.last_on}"

    @property
    def is_open(self) -> bool:
        return self.status in (Rehearsal.Status.WAITING, Rehearsal.Status.RUNNING)

    @property
    def percent(self) -> int:
        return int(self.share * 100)
