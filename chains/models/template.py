from __future__ import annotations

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
    """The words of a template in one language for one channel, with Liquid placeholders."""

    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="texts", verbose_name=_("template"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices, default=Channel.EMAIL)
    # Without choices: one more language must not be one more migration.
    language = models.CharField(_("language"), max_length=8)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    preheader = models.CharField(
        _("preheader"), max_length=300, blank=True, help_text=_("The line shown after the subject in the inbox.")
    )
    body = models.TextField(
        _("text"),
        help_text=_(
            "Plain paragraphs with an empty line between them. **Bold**, [a link](https://…) and lists "
            "starting with - work."
        ),
    )
    cta_label = models.CharField(_("words on the button"), max_length=100, blank=True)
    cta_url = models.CharField(_("where the button leads"), max_length=1000, blank=True)
    picture_url = models.CharField(
        _("picture link"), max_length=1000, blank=True, help_text=_("{{ product.picture_url }} shows what was bought.")
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
            models.CheckConstraint(
                condition=Q(cta_label="", cta_url="") | ~Q(cta_label="") & ~Q(cta_url=""),
                name="template_text_button_has_words_and_link",
                violation_error_message=_("A button needs both its words and where it leads."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.get_channel_display()}, {self.language})"
