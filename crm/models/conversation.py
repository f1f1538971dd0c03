from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case
from crm.models.choices import database_checks_choices


def new_token() -> str:
    return secrets.token_urlsafe(16)


@database_checks_choices
class CaseMessage(models.Model):
    """One letter of the conversation about a case: what the customer wrote, or what a colleague wrote back."""

    class Direction(models.TextChoices):
        RECEIVED = "received", _("received")
        SENT = "sent", _("sent")

    case = models.ForeignKey(Case, models.CASCADE, related_name="messages", verbose_name=_("case"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    address = models.CharField(_("address"), max_length=320, blank=True, help_text=_("From whom, or to whom."))
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    key = models.CharField(max_length=500, null=True, blank=True, unique=True, editable=False, help_text="Message-ID.")
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)

    class Meta:
        verbose_name = _("letter of a case")
        verbose_name_plural = _("letters of cases")
        ordering = ["occurred_at", "pk"]

    def __str__(self) -> str:
        return self.subject or self.address

    @property
    def is_received(self) -> bool:
        return self.direction == self.Direction.RECEIVED


class CaseAttachment(models.Model):
    """A file that came with a letter. Too large a one is named, and stays in the mailbox only."""

    message = models.ForeignKey(CaseMessage, models.CASCADE, related_name="attachments", verbose_name=_("letter"))
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("kind"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("file of a letter")
        verbose_name_plural = _("files of letters")

    def __str__(self) -> str:
        return self.name
