"""Visitors of the site: what somebody did whom nobody knew yet, and who they turned out to be."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.customer import Customer
from crm.models.source import Source


class KnownVisitorQuerySet(models.QuerySet["KnownVisitor"]):
    def owner_at(self, anonymous_id: str, moment: dt.datetime) -> KnownVisitor | None:
        """Whose device it was: of whoever came last until then, else of the first who said later who they are."""
        of_visitor = self.filter(anonymous_id=anonymous_id).exclude(until__lte=moment)
        until_then = of_visitor.filter(since__lte=moment).order_by("-since").first()
        return until_then or of_visitor.order_by("since").first()

    def by_themselves(self) -> Self:
        """Those who said who they are; a letter only lets somebody be recognised, and letters are forwarded."""
        return self.filter(until=None)


class KnownVisitor(models.Model):
    """A device, by the id that the site gave it, is a customer's from a moment on: until another says who they are."""

    anonymous_id = models.CharField(_("id of the visitor"), max_length=200)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="devices", verbose_name=_("customer"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(
        _("until"), null=True, help_text=_("Only where they were recognised by a letter of the shop's.")
    )

    objects = KnownVisitorQuerySet.as_manager()

    class Meta:
        verbose_name = _("known visitor")
        verbose_name_plural = _("known visitors")
        constraints = [models.UniqueConstraint(fields=["anonymous_id", "since"], name="known_visitor_once_a_moment")]

    def __str__(self) -> str:
        return self.anonymous_id


class AnonymousEventQuerySet(models.QuerySet["AnonymousEvent"]):
    def received_before(self, moment: dt.datetime) -> Self:
        return self.filter(received_at__lt=moment)


class AnonymousEvent(models.Model):
    """What a visitor did whom nobody knows: an event of the customer once they say who they are."""

    anonymous_id = models.CharField(_("id of the visitor"), max_length=200)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False, verbose_name=_("source"))
    key = models.CharField(_("key"), max_length=200)
    kind = models.CharField(_("kind"), max_length=100)
    occurred_at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    properties = models.JSONField(_("properties"), default=dict)

    objects = AnonymousEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of an unknown visitor")
        verbose_name_plural = _("events of unknown visitors")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="anonymous_event_once_per_source")]
        indexes = [
            # Who says who they are takes along what their device did.
            models.Index(fields=["anonymous_id"], name="anonymous_event_by_visitor"),
            # What nobody claimed is forgotten in its time.
            models.Index(fields=["received_at"], name="anonymous_event_by_age"),
        ]

    def __str__(self) -> str:
        return self.kind
