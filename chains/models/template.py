from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Channel, Purpose
from crm.models.choices import database_checks_choices


@database_checks_choices
class MessageTemplate(models.Model):
    """What one message says; its words are kept by language."""

    class Topic(models.TextChoices):
        """What a customer may ask not to be written about, on the preference page."""

        NONE = "", _("no topic")
        RECIPES = "recipes", _("recipes and ideas")
        TIPS = "tips", _("care and tips")
        OFFERS = "offers", _("offers and news")

    # Of use to whoever bought, though nobody has to get it.
    USEFUL_TOPICS = (Topic.RECIPES, Topic.TIPS)

    name = models.CharField(_("name"), max_length=200, unique=True, help_text=_("Only staff see it."))
    purpose = models.CharField(
        _("purpose"),
        max_length=16,
        choices=Purpose.choices,
        default=Purpose.SERVICE,
        help_text=_("Service is about the customer's own order. Everything that invites to buy is marketing."),
    )
    topic = models.CharField(
        _("topic"),
        max_length=16,
        choices=Topic.choices,
        default=Topic.NONE,
        blank=True,
        help_text=_("Marketing on a topic the customer has muted is not sent."),
    )
    tags = ArrayField(
        models.CharField(max_length=50),
        default=list,
        blank=True,
        verbose_name=_("tags"),
        help_text=_("Segments can ask who opened letters with a tag. Separate tags by commas."),
    )
    ready_key = models.CharField(max_length=100, null=True, blank=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="template_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


TOPICS = [topic for topic in MessageTemplate.Topic if topic != MessageTemplate.Topic.NONE]


@database_checks_choices
class TemplateText(models.Model):
    """The words of a template in one language for one channel: made of blocks, with Liquid placeholders."""

    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="texts", verbose_name=_("template"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices, default=Channel.EMAIL)
    # Without choices: one more language must not be one more migration.
    language = models.CharField(_("language"), max_length=8)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    preheader = models.CharField(
        _("preheader"), max_length=300, blank=True, help_text=_("The line shown after the subject in the inbox.")
    )

    class Meta:
        verbose_name = _("template text")
        verbose_name_plural = _("template texts")
        ordering = ["template", "channel", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "channel", "language"], name="template_text_once_per_channel_and_language"
            ),
            models.CheckConstraint(
                condition=~Q(channel__in=[Channel.EMAIL, Channel.PUSH], subject=""),
                name="template_text_has_subject",
                violation_error_message=_("A letter needs a subject, and a push a title."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.get_channel_display()}, {self.language})"
