from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain


class ChainVersion(models.Model):
    """What publishing froze: all the engine reads of a chain. Its program never changes afterwards.

    `program`: {"trigger": {...}, "re_entry": {...}, "goal": {...}, "exit": {...}, "steps": [...]};
    see chains.program.program.
    """

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="versions", verbose_name=_("chain"))
    number = models.PositiveIntegerField(_("version"))
    program = models.JSONField(_("program"))
    draft = models.JSONField(
        _("draft"), null=True, editable=False, help_text="What staff had written; versions before 0010 have none."
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    moves_to = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("goes on in"),
        help_text=_("Those under way in this version are moved there. Empty: they finish this one."),
    )

    class Meta:
        verbose_name = _("version of a chain")
        verbose_name_plural = _("versions of a chain")
        ordering = [F("number").desc()]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="chain_version_unique")]

    def __str__(self) -> str:
        return f"{self.chain} №{self.number}"
