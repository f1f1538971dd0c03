"""What pages about results read instead of touches and orders: chains.results.relations defines each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from segments.models import Segment


class ResultsOfDay(models.Model):
    """What was sent by one step on one day, with all that has followed since, whenever it did.

    The row without a step counts who entered the chain; that without a segment counts everybody. A segment is one the
    customer was in when they entered the chain, so somebody may count in several.
    """

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="results", db_index=False)
    step_key = models.CharField(max_length=32, blank=True)
    variant = models.CharField(max_length=32, blank=True, default="")
    segment = models.ForeignKey(Segment, models.CASCADE, null=True, related_name="+")
    day = models.DateField(_("day"))
    entered = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()
    useful = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()
    clicked = models.PositiveIntegerField()
    replied = models.PositiveIntegerField()
    unsubscribed = models.PositiveIntegerField()
    complained = models.PositiveIntegerField()
    bounced = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    ordered_by_click = models.PositiveIntegerField()
    ordered_by_delivery = models.PositiveIntegerField()
    revenue_by_click = models.DecimalField(max_digits=18, decimal_places=2)
    revenue_by_delivery = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("results of a day")
        verbose_name_plural = _("results by day")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "segment", "day", "step_key", "variant"],
                name="results_of_day_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            # What a count of some days replaces, and the list of chains.
            models.Index(fields=["day", "chain"], name="results_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.step_key} {self.day}"


class NotSentOfDay(models.Model):
    """How many touches that came due at a step on one day were not sent, by reason; without a segment of everybody."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="not_sent", db_index=False)
    step_key = models.CharField(max_length=32)
    reason = models.CharField(max_length=16, blank=True)
    segment = models.ForeignKey(Segment, models.CASCADE, null=True, related_name="+")
    day = models.DateField(_("day"))
    total = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("not sent on a day")
        verbose_name_plural = _("not sent by day")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "segment", "day", "step_key", "reason"],
                name="not_sent_of_day_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["day"], name="not_sent_by_day")]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.step_key} {self.day} {self.reason}"


class ResultsCount(models.Model):
    """The one row that says of which moment the results are."""

    counted_at = models.DateTimeField()
    everything_counted_at = models.DateTimeField()
    seconds_taken = models.FloatField()
    time_zone = models.CharField(max_length=64)
    changes_seen = models.BigIntegerField()

    class Meta:
        verbose_name = _("count of results")
        verbose_name_plural = _("counts of results")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="results_count_is_one")]

    def __str__(self) -> str:
        return f"{self.counted_at}"
