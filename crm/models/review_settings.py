from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_QUESTIONS = 4
MOST_REWARD = 100_000


def new_feed_key() -> str:
    return secrets.token_urlsafe(9)


class ReviewSettings(models.Model):
    """The one row of the page of reviews' settings: what is asked, what is given, where they are shown."""

    questions = models.JSONField(
        _("questions"), default=dict, blank=True, help_text="By language; a language without any asks Encore's own."
    )
    reward_points = models.PositiveIntegerField(
        _("points for a review"),
        default=200,
        validators=[MaxValueValidator(MOST_REWARD)],
        help_text=_("For any review of something bought, whatever its stars, once for each product. 0: none."),
    )
    shows_reward = models.BooleanField(
        _("say beside a review that it was rewarded"),
        default=True,
        help_text=_("Many countries ask for it."),
    )
    publish_after_days = models.PositiveSmallIntegerField(
        _("published by itself after, days"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("Where nobody decided. 0: never; then somebody has to look at every review."),
    )
    directories = models.JSONField(
        _("other places for reviews"),
        default=list,
        blank=True,
        help_text=_("Offered to everybody who has sent a review, whatever its stars."),
    )
    is_feed_open = models.BooleanField(
        _("reviews are shown on the shop's site"),
        default=True,
        help_text=_("If not, the addresses below answer to nobody."),
    )
    feed_key = models.CharField(max_length=32, unique=True, default=new_feed_key, editable=False)

    class Meta:
        verbose_name = _("settings of reviews")
        verbose_name_plural = _("settings of reviews")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="review_settings_are_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> ReviewSettings:
        """As saved, or as installed: nobody has the key of the feeds before the page of the settings saved it."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
