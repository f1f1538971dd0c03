from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from crm.models import Customer, Event, Order


class EntrantQuerySet(models.QuerySet["Entrant"]):
    def kept_out(self) -> Self:
        """Those about whom staff have to decide."""
        return self.filter(enters_at=None)

    def due(self, now: dt.datetime) -> Self:
        return self.filter(enters_at__lte=now)


class Entrant(models.Model):
    """Somebody who waits to enter a chain: kept out by a surge or a pause, or let in from the backlog bit by bit.

    Gone once they entered, were discarded, or turned out not to be wanted when their turn came.
    """

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="entrants", db_index=False, verbose_name=_("chain"))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False, verbose_name=_("customer"))
    order = models.ForeignKey(
        Order, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("order")
    )
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name=_("event")
    )
    entry_key = models.CharField(max_length=64, blank=True)
    triggered_at = models.DateTimeField(_("triggered at"))
    enters_at = models.DateTimeField(_("enters at"), null=True, help_text=_("Empty: until somebody decides."))
    is_let_in = models.BooleanField(default=False, help_text="Staff decided so: the surge limit does not count them.")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = EntrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer waiting to enter")
        verbose_name_plural = _("customers waiting to enter")
        constraints = [
            models.UniqueConstraint(fields=["customer", "chain", "entry_key"], name="entrant_waits_once"),
        ]
        indexes = [
            # Those whose turn has come, and those about whom staff have to decide.
            models.Index(fields=["chain", "enters_at", "id"], name="entrant_by_chain"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="entrant_by_order"),
            models.Index(fields=["event"], condition=Q(event__isnull=False), name="entrant_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}: {self.customer}"


class BacklogQuerySet(models.QuerySet["Backlog"]):
    def at_hand(self, chain: int) -> Backlog | None:
        """Lock the backlog of the chain unless another worker has it, or the chain stands still."""
        rows = self.filter(chain=chain, chain__status=Chain.Status.LIVE).select_related("chain")
        return rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()


class Backlog(models.Model):
    """Past moments whose customers are still to be let in, searched from the newest back; gone when that is done."""

    chain = models.OneToOneField(Chain, models.CASCADE, related_name="backlog", verbose_name=_("chain"))
    since_at = models.DateTimeField(help_text="Nothing before it is looked at.")
    until_at = models.DateTimeField(help_text="What happened after it has been found, or was not asked for.")
    enters_from_at = models.DateTimeField()
    spread_days = models.PositiveSmallIntegerField(default=0, help_text="0: all at once.")

    objects = BacklogQuerySet.as_manager()

    class Meta:
        verbose_name = _("backlog of a chain")
        verbose_name_plural = _("backlogs of chains")

    def __str__(self) -> str:
        return f"{self.chain}: {self.since_at} – {self.until_at}"
