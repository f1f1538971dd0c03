from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ReadyAnswerQuerySet(models.QuerySet["ReadyAnswer"]):
    def offered(self) -> Self:
        """Those in use, the most used first, with their texts."""
        return self.filter(is_active=True).prefetch_related("texts").order_by("-uses", "title", "pk")

    def of_the_bot(self) -> Self:
        return self.filter(is_active=True, bot_may_send=True).prefetch_related("texts")

    def count_use(self, pk: int, at: dt.datetime) -> int:
        return self.filter(pk=pk).update(uses=F("uses") + 1, used_at=at)


class ReadyAnswer(models.Model):
    """An answer written once for a question that comes often: chosen by a colleague, or sent by the bot."""

    title = models.CharField(_("title"), max_length=120, unique=True)
    keywords = models.CharField(
        _("words to find it by"), max_length=300, blank=True, help_text=_("Besides those of its title and texts.")
    )
    is_active = models.BooleanField(_("in use"), default=True)
    bot_may_send = models.BooleanField(
        _("the bot may send it"),
        default=False,
        help_text=_(
            "By itself, to a question that holds one of the phrases below. The bot is switched on in Settings."
        ),
    )
    triggers = models.TextField(
        _("phrases of the question"),
        blank=True,
        help_text=_(
            "One a line, such as “where is my order”. The beginnings of words are enough; words may stand between them."
        ),
    )
    uses = models.PositiveIntegerField(_("used, times"), default=0, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = ReadyAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ready answer")
        verbose_name_plural = _("ready answers")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(bot_may_send=False) | ~Q(triggers=""),
                name="ready_answer_of_bot_has_phrases",
                violation_error_message=_("Name the phrases by which the bot knows the question."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def text_in(self, language: str) -> str:
        """In this language; else in the shop's; else in whichever there is."""
        texts = {text.language: text.text for text in self.texts.all()}
        return texts.get(language) or texts.get(settings.LANGUAGE_CODE) or next(iter(texts.values()), "")


class ReadyAnswerText(models.Model):
    answer = models.ForeignKey(ReadyAnswer, models.CASCADE, related_name="texts", verbose_name=_("ready answer"))
    language = models.CharField(_("language"), max_length=10)
    text = models.TextField(_("text"), max_length=5000)

    class Meta:
        verbose_name = _("text of a ready answer")
        verbose_name_plural = _("texts of ready answers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["answer", "language"], name="ready_answer_text_per_language")]

    def __str__(self) -> str:
        return self.text[:60]
