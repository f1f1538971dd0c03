from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chains.models.touch import Touch
from crm.models.choices import database_checks_choices


class ChannelStateQuerySet(models.QuerySet["ChannelState"]):
    def paused(self, now: dt.datetime) -> Self:
        """Channels over which nothing goes before their `resumes_at`."""
        return self.filter(resumes_at__gt=now)

    def down_until(self, now: dt.datetime) -> dict[str, dt.datetime]:
        """When each is tried again; one that only asked for a pause of seconds is not worth an SMS for a letter."""
        rows = self.down().paused(now)
        return {state.channel: state.resumes_at for state in rows if state.resumes_at}

    def down(self) -> Self:
        """Channels whose provider failed again and again, and has not answered since."""
        return self.filter(opened_at__isnull=False)


@database_checks_choices
class ChannelState(models.Model):
    """How one channel fares over all workers: whether its provider answers, and how much may still go now.

    A channel without a row never had a failure and has no limit.
    """

    channel = models.CharField(_("channel"), max_length=16, primary_key=True, choices=Touch.Channel.choices)
    failures = models.PositiveIntegerField(_("failures one after another"), default=0)
    openings = models.PositiveIntegerField(_("how often it was still down"), default=0)
    opened_at = models.DateTimeField(_("down since"), null=True)
    resumes_at = models.DateTimeField(_("nothing goes before"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    failed_at = models.DateTimeField(_("last error at"), null=True)
    tokens = models.FloatField(_("messages that may go at once"), default=0)
    refilled_at = models.DateTimeField(_("counted at"), null=True)

    objects = ChannelStateQuerySet.as_manager()

    class Meta:
        verbose_name = _("state of a channel")
        verbose_name_plural = _("states of channels")
        ordering = ["channel"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(resumes_at__isnull=False), name="channel_down_says_until_when"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_channel_display())
