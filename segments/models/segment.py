from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

REFRESH_EVERY = dt.timedelta(minutes=5)


class SegmentQuerySet(models.QuerySet["Segment"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def due(self, now: dt.datetime) -> Self:
        """Segments whose members are to be found again, those waiting longest first."""
        stale = Q(checked_at=None) | Q(checked_at__lte=now - REFRESH_EVERY)
        return self.active().filter(stale).order_by(models.F("checked_at").asc(nulls_first=True), "pk")

    def free(self, pk: int) -> Self:
        """Lock this segment unless another refresh has it.

        `NO KEY`: a plain FOR UPDATE would wait for everything that references the segment.
        """
        return self.filter(pk=pk).select_for_update(skip_locked=True, no_key=True)


class Segment(models.Model):
    """A group of customers described by a rule; `segments.rules` says what a rule is."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    key = models.SlugField(
        _("key"),
        max_length=50,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("By which ready-made chains find a starter segment."),
    )
    description = models.TextField(_("description"), blank=True)
    rule = models.JSONField(_("rule"), default=dict)
    is_active = models.BooleanField(
        _("kept up to date"), default=True, help_text=_("Off: members stay as they are and nobody enters or leaves.")
    )
    members_count = models.PositiveIntegerField(_("members"), default=0, editable=False)
    refreshed_at = models.DateTimeField(
        _("members found at"),
        null=True,
        editable=False,
        help_text=_("Empty: not since the rule was written."),
    )
    checked_at = models.DateTimeField(_("last looked at"), null=True, editable=False)
    seen = models.BigIntegerField(null=True, editable=False)
    proved_at = models.DateTimeField(_("counted in full at"), null=True, editable=False)
    drifted_count = models.PositiveIntegerField(_("differences found by the full count"), default=0, editable=False)
    broken_reason = models.TextField(_("what is wrong with the rule"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    history = HistoricalRecords(
        excluded_fields=[
            "members_count",
            "refreshed_at",
            "checked_at",
            "seen",
            "proved_at",
            "drifted_count",
            "broken_reason",
        ]
    )

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="segment_name_not_empty")]

    def __str__(self) -> str:
        return self.name


class SegmentSize(models.Model):
    """How many members a segment had at the end of a day of the shop (so far, for today)."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="sizes", verbose_name=_("segment"))
    day = models.DateField(_("day"))
    members_count = models.PositiveIntegerField(_("members"))

    class Meta:
        verbose_name = _("size of a segment")
        verbose_name_plural = _("sizes of segments")
        constraints = [models.UniqueConstraint(fields=["segment", "day"], name="segment_size_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.members_count}"
