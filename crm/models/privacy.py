from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.source import Source

DAYS_TO_ANSWER = 30


def answer_by() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=DAYS_TO_ANSWER)


class PrivacyRequestQuerySet(models.QuerySet["PrivacyRequest"]):
    def open(self) -> Self:
        return self.filter(done_at=None)

    def for_staff(self) -> Self:
        """Open ones that Encore does not carry out by itself: what is kept, and what customers ask for themselves."""
        return self.open().filter(Q(kind=PrivacyRequest.Kind.ACCESS) | Q(source=None))


@database_checks_choices
class PrivacyRequest(models.Model):
    """What somebody's shop passed on of their rights: to know what is kept, to be forgotten. Holds nothing personal.

    Without a source the customer asked for it on their own page.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("what is kept about a customer")
        ERASURE = "erasure", _("erase a customer")
        SHOP_ERASURE = "shop_erasure", _("erase all customers of the shop")

    kind = models.CharField(_("asked for"), max_length=16, choices=Kind.choices)
    source = models.ForeignKey(
        Source,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="privacy_requests",
        db_index=False,
        verbose_name=_("source"),
        help_text=_("Empty: the customer's own page."),
    )
    key = models.CharField(_("key"), max_length=200)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="privacy_requests", verbose_name=_("customer")
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    due_at = models.DateTimeField(_("to be done by"), default=answer_by)
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("done by")
    )
    outcome = models.CharField(_("what came of it"), max_length=500, blank=True)
    reached = models.BigIntegerField(
        default=0, help_text="The customer whom the erasure of a shop came to: it goes on from there."
    )
    erased = models.PositiveIntegerField(_("customers erased"), default=0)

    objects = PrivacyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        ordering = [F("done_at").desc(nulls_first=True), "due_at"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="privacy_request_once_per_source"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(source=None), name="privacy_request_once_by_themselves"
            ),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(customer__isnull=False), name="privacy_request_has_an_asker"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_at__gte=F("received_at")), name="privacy_request_done_after_received"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.source or self.customer}"

    @property
    def passed_on_by(self) -> Source:
        """Of what a shop passed on; what a customer asked for by themselves has none."""
        if self.source is None:
            raise TypeError("nobody passed it on")
        return self.source

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.done_at is None and now > self.due_at
