"""Going through a shop's REST API, page by page: how far it is, and what keeps it."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.source import Source

# One request takes far less; a worker that holds a run for longer is gone.
CLAIM_LASTS = dt.timedelta(minutes=2)


class FetchRunQuerySet(models.QuerySet["FetchRun"]):
    def closed(self) -> Self:
        return self.exclude(status__in=FetchRun.OPEN)

    def free(self, now: dt.datetime) -> Self:
        """Those that no worker is asking for just now."""
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS))

    def due(self, now: dt.datetime) -> Self:
        return self.free(now).filter(status__in=FetchRun.OPEN, due_at__lte=now, source__is_paused=False)


@database_checks_choices
class FetchRun(models.Model):
    """One row for a source and a purpose, begun anew each time.

    `cursor` is what the shop's module needs to ask for the next page, and empty before the first. `fetched` and
    `totals` count by resource. What the shop changed before `caught_up_at` is all in.
    """

    class Purpose(models.TextChoices):
        PAST = "past", _("its past")
        CHANGES = "changes", _("what changed lately")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for its turn")
        RUNNING = "running", _("coming in")
        PAUSED = "paused", _("tried again later")
        STOPPED = "stopped", _("stopped on the way")
        DONE = "done", _("all in")

    class Resource(models.TextChoices):
        """In the order in which they are fetched: an order finds its customer and products there."""

        CUSTOMERS = "customers", _("customers")
        PRODUCTS = "products", _("products")
        ORDERS = "orders", _("orders")

    OPEN = (Status.WAITING, Status.RUNNING, Status.PAUSED)

    source = models.ForeignKey(Source, models.CASCADE, related_name="fetch_runs", verbose_name=_("source"))
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.WAITING)
    resource = models.CharField(_("resource"), max_length=16, choices=Resource.choices, default=Resource.CUSTOMERS)
    cursor = models.JSONField(_("next page"), default=dict, blank=True)
    fetched = models.JSONField(_("fetched"), default=dict, blank=True)
    totals = models.JSONField(_("of"), default=dict, blank=True)
    changed_since = models.DateTimeField(_("changed since"), null=True)
    reason = models.CharField(_("why"), max_length=500, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    due_at = models.DateTimeField(_("next page at"), default=timezone.now)
    claimed_at = models.DateTimeField(_("being asked for since"), null=True)
    caught_up_at = models.DateTimeField(_("caught up at"), null=True)

    objects = FetchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run through a shop's API")
        verbose_name_plural = _("runs through shops' APIs")
        constraints = [
            models.UniqueConstraint(fields=["source", "purpose"], name="fetch_run_once_per_purpose"),
            models.CheckConstraint(
                condition=Q(status="done", finished_at__isnull=False) | ~Q(status="done") & Q(finished_at=None),
                name="fetch_run_done_is_finished",
            ),
            models.CheckConstraint(
                condition=Q(purpose="past") | Q(changed_since__isnull=False), name="fetch_run_changes_since_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_purpose_display()}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
