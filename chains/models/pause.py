from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from crm.models.choices import database_checks_choices


class PauseQuerySet(models.QuerySet["Pause"]):
    def open(self) -> Self:
        return self.filter(resumed_at=None)


@database_checks_choices
class Pause(models.Model):
    """A time in which a chain stood still, and what was decided about what fell due in it."""

    class Decision(models.TextChoices):
        NONE = "", _("not decided yet")
        SEND = "send", _("send it now")
        DROP = "drop", _("drop it")
        SHIFT = "shift", _("put it off by the time of the pause")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="pauses", verbose_name=_("chain"))
    paused_at = models.DateTimeField(_("paused at"))
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("paused by")
    )
    resumed_at = models.DateTimeField(_("resumed at"), null=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("resumed by")
    )
    decision = models.CharField(
        _("what fell due meanwhile"), max_length=8, choices=Decision.choices, blank=True, default=Decision.NONE
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause of a chain")
        verbose_name_plural = _("pauses of a chain")
        ordering = [F("paused_at").desc()]
        constraints = [
            models.UniqueConstraint(fields=["chain"], condition=Q(resumed_at=None), name="pause_open_once"),
            models.CheckConstraint(
                condition=Q(resumed_at=None, decision="")
                | Q(resumed_at__isnull=False, decision__in=["send", "drop", "shift"]),
                name="pause_ended_is_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain}: {self.paused_at}"

    @property
    def length(self) -> dt.timedelta:
        """How long it lasted; only of one that is over."""
        if self.resumed_at is None:
            raise ValueError("the pause is not over")
        return self.resumed_at - self.paused_at
