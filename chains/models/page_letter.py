from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from crm.models.choices import database_checks_choices

CODE_MINUTES = 15
MOST_TRIES = 5


class PageLetterQuerySet(models.QuerySet["PageLetter"]):
    def due(self, now: dt.datetime) -> Self:
        return self.filter(due_at__lte=now)

    def codes_at(self, now: dt.datetime) -> Self:
        """Codes that open something still."""
        fresh = now - dt.timedelta(minutes=CODE_MINUTES)
        return self.filter(kind=PageLetter.Kind.CODE, asked_at__gt=fresh, used_at=None, tries__lt=MOST_TRIES)


@database_checks_choices
class PageLetter(models.Model):
    """What a customer asked their own page to send them: a fresh link to it, or a code that proves who they are.

    Neither is kept: the link is signed and the code counted from the row when the letter is written.
    """

    class Kind(models.TextChoices):
        LINK = "link", _("a fresh link to their page")
        CODE = "code", _("a code to confirm with")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="page_letters", db_index=False, verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    email = models.CharField(_("email"), max_length=320)
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often the letter failed.")
    refusal = models.CharField(_("why it did not go out"), max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often a code was typed.")
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    objects = PageLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter of a customer's page")
        verbose_name_plural = _("letters of customers' pages")
        constraints = [
            models.CheckConstraint(condition=~Q(email=""), name="page_letter_has_an_address"),
            models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="page_letter_tries"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="page_letter_due"),
            models.Index(fields=["customer", "-asked_at"], name="page_letter_by_customer"),
            # What is old is cleared away.
            models.Index(fields=["asked_at"], name="page_letter_age"),
        ]

    def __str__(self) -> str:
        return self.email
