from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.template import MessageTemplate


class TemplateDraft(models.Model):
    """What is being written into a template and not saved yet, whatever is still wrong with it."""

    template = models.OneToOneField(MessageTemplate, models.CASCADE, related_name="draft", verbose_name=_("template"))
    content = models.JSONField(_("content"))
    # Also tells one state of the draft from the next: whoever writes names the one they have seen.
    updated_at = models.DateTimeField(_("changed at"), default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )

    class Meta:
        verbose_name = _("draft of a template")
        verbose_name_plural = _("drafts of templates")

    def __str__(self) -> str:
        return str(self.template)
