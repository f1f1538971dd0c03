from __future__ import annotations

import datetime as dt
import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case
from crm.models.channel import Channel
from crm.models.choices import database_checks_choices


def new_token() -> str:
    return secrets.token_urlsafe(16)


class CaseMessageQuerySet(models.QuerySet["CaseMessage"]):
    def received(self) -> Self:
        return self.filter(direction=CaseMessage.Direction.RECEIVED)

    def sent(self) -> Self:
        return self.filter(direction=CaseMessage.Direction.SENT)

    def for_the_bot(self, now: dt.datetime) -> Self:
        """What the bot has yet to look at, the oldest first."""
        return self.filter(bot_due_at__lte=now).order_by("bot_due_at", "pk")


@database_checks_choices
class CaseMessage(models.Model):
    """One letter of the conversation about a case: what the customer wrote, or what a colleague wrote back."""

    class Direction(models.TextChoices):
        RECEIVED = "received", _("received")
        SENT = "sent", _("sent")

    class Kind(models.TextChoices):
        LETTER = "letter", _("letter")
        OFFER = "offer", _("offer of a solution")
        CHECK = "check", _("question whether all is well")
        BOT = "bot", _("ready answer sent by the bot")

    case = models.ForeignKey(Case, models.CASCADE, related_name="messages", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.LETTER, db_default=Kind.LETTER)
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices, default=Channel.EMAIL)
    address = models.CharField(_("address"), max_length=320, blank=True, help_text=_("From whom, or to whom."))
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    key = models.CharField(max_length=500, null=True, blank=True, unique=True, editable=False, help_text="Message-ID.")
    delivered_at = models.DateTimeField(_("arrived, known since"), null=True, blank=True, editable=False)
    failed_at = models.DateTimeField(_("did not arrive, known since"), null=True, blank=True, editable=False)
    failure = models.CharField(_("why it did not arrive"), max_length=300, blank=True, editable=False)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    bot_due_at = models.DateTimeField(null=True, editable=False, help_text="When the bot looks whether it can answer.")

    objects = CaseMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter of a case")
        verbose_name_plural = _("letters of cases")
        ordering = ["occurred_at", "pk"]
        indexes = [
            models.Index(fields=["bot_due_at"], condition=Q(bot_due_at__isnull=False), name="letter_for_the_bot"),
        ]

    def __str__(self) -> str:
        return self.subject or self.address

    @property
    def where(self) -> str:
        """The address as staff read it: a number alone does not say that it is a chat."""
        if self.channel == Channel.EMAIL or not self.address:
            return self.address
        return f"{self.get_channel_display()} {self.address}"

    @property
    def is_received(self) -> bool:
        return self.direction == self.Direction.RECEIVED


class CaseAttachmentQuerySet(models.QuerySet["CaseAttachment"]):
    def to_fetch(self, now: dt.datetime) -> Self:
        """Files that a messenger still holds for us, those that wait longest first."""
        return self.filter(fetch_due_at__lte=now).order_by("fetch_due_at", "pk")


class CaseAttachment(models.Model):
    """A file of a letter, theirs or ours. Too large a one of theirs is named, and stays where it came by."""

    message = models.ForeignKey(CaseMessage, models.CASCADE, related_name="attachments", verbose_name=_("letter"))
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("kind"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField(null=True, editable=False)
    key = models.CharField(max_length=200, blank=True, editable=False, help_text="The messenger's name of the content.")
    remote_id = models.CharField(max_length=300, blank=True, editable=False, help_text="By which it is fetched.")
    fetch_due_at = models.DateTimeField(null=True, editable=False)

    objects = CaseAttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a letter")
        verbose_name_plural = _("files of letters")
        constraints = [
            models.UniqueConstraint(fields=["message", "key"], condition=~Q(key=""), name="attachment_once_per_message")
        ]
        indexes = [
            models.Index(fields=["fetch_due_at"], condition=Q(fetch_due_at__isnull=False), name="attachment_to_fetch"),
        ]

    def __str__(self) -> str:
        return self.name


class AnswerFile(models.Model):
    """A file a colleague has put to an answer that is not sent yet. Sent, it becomes a file of that letter."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="answer_files", verbose_name=_("case"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False, verbose_name=_("author")
    )
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField(editable=False)
    added_at = models.DateTimeField(_("added at"), default=timezone.now)

    class Meta:
        verbose_name = _("file of an answer not sent yet")
        verbose_name_plural = _("files of answers not sent yet")
        indexes = [models.Index(fields=["author", "case"], name="answer_file_of_author")]

    def __str__(self) -> str:
        return self.name
