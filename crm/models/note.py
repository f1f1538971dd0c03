from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.customer import Customer


class CustomerNoteQuerySet(models.QuerySet["CustomerNote"]):
    def pinned_first(self) -> Self:
        return self.order_by(F("pinned_at").desc(nulls_last=True), "-written_at", "-pk")


class CustomerNote(models.Model):
    """What a colleague should know of a customer. What it said before stays readable."""

    MOST_LETTERS = 5000

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="written_notes", db_index=False, verbose_name=_("customer")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    text = models.TextField(_("text"), max_length=MOST_LETTERS)
    pinned_at = models.DateTimeField(_("pinned at"), null=True, blank=True)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    earlier = models.JSONField(
        default=list, blank=True, help_text="What it said before: text, by whom it was changed, and when."
    )
    key = models.CharField(max_length=64, unique=True, editable=False)

    objects = CustomerNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note about a customer")
        verbose_name_plural = _("notes about customers")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="customer_note_not_empty")]
        indexes = [models.Index(fields=["customer", "-written_at"], name="customer_note_newest")]

    def __str__(self) -> str:
        return self.text[:80]
