from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chains.models.template import TemplateText


def new_block_key() -> str:
    return secrets.token_hex(4)


class MessageBlock(models.Model):
    """A part of a text. What its content holds, the kind says: chains.messages.blocks."""

    text = models.ForeignKey(TemplateText, models.CASCADE, related_name="blocks", verbose_name=_("template text"))
    # It stays while the block is moved and edited, so that what was sent can be compared block by block.
    key = models.CharField(max_length=8, default=new_block_key, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Without choices: one more kind must not be one more migration.
    kind = models.CharField(_("kind"), max_length=32)
    rule = models.JSONField(_("for whom"), null=True, blank=True)
    content = models.JSONField(_("content"), default=dict)

    class Meta:
        verbose_name = _("block of a message")
        verbose_name_plural = _("blocks of a message")
        ordering = ["text", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["text", "key"], name="message_block_key_once_per_text"),
            models.CheckConstraint(condition=~Q(kind=""), name="message_block_has_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
