from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import WebhookEndpoint

# Less than messages to other systems are kept.
LONGEST_ANSWER_HOURS = 168


class StepCall(models.Model):
    """What a step that calls a webhook is told: which, what to say, and how long to wait for the answer."""

    webhook = models.ForeignKey(
        WebhookEndpoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("webhook"),
        help_text=_("Of those that a manager connected on the page “Webhooks out”."),
    )
    webhook_text = models.CharField(
        _("what to say"),
        max_length=500,
        blank=True,
        help_text=_("Goes out with the customer and the order, as “text”. It may stay empty."),
    )
    answer_hours = models.PositiveSmallIntegerField(
        _("wait for the answer at most, hours"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_ANSWER_HOURS)],
        help_text=_("Then the chain goes on without it. A branch behind this step may ask what was answered."),
    )

    class Meta:
        abstract = True
