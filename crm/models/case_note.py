from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case


class CaseNote(models.Model):
    """What colleagues tell each other about a case. It names no address: nothing can send it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes", verbose_name=_("case"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("text"), blank=True)
    written_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


class CaseMentionQuerySet(models.QuerySet["CaseMention"]):
    def unseen(self) -> Self:
        return self.filter(seen_at=None)


class CaseMention(models.Model):
    """A colleague who was named in a note, until they say that they have seen it."""

    note = models.ForeignKey(CaseNote, models.CASCADE, related_name="mentions", verbose_name=_("internal note"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("colleague"))
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    objects = CaseMentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention in a note")
        verbose_name_plural = _("mentions in notes")
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="case_mention_once")]
        indexes = [models.Index(fields=["user"], condition=models.Q(seen_at=None), name="case_mention_unseen")]

    def __str__(self) -> str:
        return f"{self.user}: {self.note}"
