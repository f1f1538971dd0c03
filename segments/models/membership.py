from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.id_lookups import any_one
from crm.models import Customer
from segments.models.segment import Segment


class MembershipQuerySet(models.QuerySet["Membership"]):
    def open(self) -> Self:
        return self.filter(left_at=None)

    def open_in(self, segment: int) -> Self:
        """The stays in a segment, to be looked up customer by customer."""
        return self.open().filter(segment=any_one(segment))

    def open_at(self, moment: dt.datetime) -> Self:
        """The stays that were open then."""
        return self.filter(Q(left_at=None) | Q(left_at__gt=moment), entered_at__lte=moment)

    def of(self, customers: Iterable[int]) -> Self:
        return self.filter(customer__in=list(customers))


class Membership(models.Model):
    """One stay of a customer in a segment. Written only by segments.members; a new stay is a new row."""

    segment = models.ForeignKey(
        Segment, models.CASCADE, related_name="memberships", db_index=False, verbose_name=_("segment")
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships", verbose_name=_("customer"))
    entered_at = models.DateTimeField(_("entered at"))
    left_at = models.DateTimeField(pgettext_lazy("a segment", "left at"), null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a segment")
        verbose_name_plural = _("members of segments")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "customer"], condition=Q(left_at=None), name="membership_open_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="membership_leaves_after_entering"
            ),
        ]
        # The list of members, newest first.
        indexes = [models.Index(fields=["segment", "-entered_at"], name="membership_newest")]

    def __str__(self) -> str:
        return f"{self.segment}: {self.customer}"
