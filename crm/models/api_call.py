"""What the API keeps about calls: how many a source may still make, and what was answered to repeatable ones."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.source import Source


class CallAllowance(models.Model):
    """When everything a source has called for will have been worked off at its pace (GCRA).

    Its table is unlogged, as after a crash everybody may begin anew: so counting a call costs no write to the disk.
    """

    source = models.OneToOneField(Source, models.CASCADE, primary_key=True, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        verbose_name = _("calls a source may make")
        verbose_name_plural = _("calls sources may make")

    def __str__(self) -> str:
        return str(self.source_id)


class VisitorAllowanceQuerySet(models.QuerySet["VisitorAllowance"]):
    def settled_before(self, moment: dt.datetime) -> Self:
        return self.filter(settled_at__lt=moment)


class VisitorAllowance(models.Model):
    """The same for somebody who is no source: what they do and where they are, as a hash. Unlogged too."""

    key = models.CharField(max_length=40, primary_key=True)
    settled_at = models.DateTimeField()

    objects = VisitorAllowanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("turns a visitor may take")
        verbose_name_plural = _("turns visitors may take")

    def __str__(self) -> str:
        return self.key


class IdempotentCallQuerySet(models.QuerySet["IdempotentCall"]):
    def begun_before(self, moment: dt.datetime) -> Self:
        return self.filter(begun_at__lt=moment)


class IdempotentCall(models.Model):
    """A call with an `Idempotency-Key`: it runs while it has no status; repeated, it is given its answer."""

    source = models.ForeignKey(Source, models.CASCADE, db_index=False, related_name="+")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    # As text: what a caller sent may come back in it, with characters that a JSON column cannot hold.
    answer = models.TextField(null=True)  # noqa: DJ001 - none yet, rather than empty
    begun_at = models.DateTimeField(default=timezone.now)

    objects = IdempotentCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("repeatable call")
        verbose_name_plural = _("repeatable calls")
        constraints = [
            models.UniqueConstraint(fields=["source", "path", "key"], name="idempotent_call_once"),
            models.CheckConstraint(
                condition=Q(status=None, answer=None) | Q(status__isnull=False, answer__isnull=False),
                name="idempotent_call_answered_whole",
            ),
        ]
        indexes = [models.Index(fields=["begun_at"], name="idempotent_call_begun")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
