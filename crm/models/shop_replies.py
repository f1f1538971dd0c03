"""What the words of a customer's reply do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.languages import words


def urgent_words() -> str:
    return "\n".join(words("replies", "urgent"))


def complaint_words() -> str:
    return "\n".join(words("replies", "complaint"))


def human_words() -> str:
    return "\n".join(words("replies", "human"))


def praise_words() -> str:
    return "\n".join(words("replies", "praise"))


def return_words() -> str:
    return "\n".join(words("replies", "return"))


class ReplySettings(models.Model):
    urgent_words = models.TextField(
        _("words that make a reply urgent"),
        blank=True,
        default=urgent_words,
        help_text=_("One a line; the beginning of a word is enough."),
    )
    complaint_words = models.TextField(
        _("words that make a reply a complaint"),
        blank=True,
        default=complaint_words,
        help_text=_("One a line; the beginning of a word is enough. Marketing to the customer stops then."),
    )
    praise_words = models.TextField(
        _("words that make a reply praise"),
        blank=True,
        default=praise_words,
        help_text=_("One a line. A task to thank and ask is made, once in 90 days. Empty: no such tasks."),
    )
    return_words = models.TextField(
        _("words that tell of a return"),
        blank=True,
        default=return_words,
        help_text=_("One a line. A task to offer help before the return is made. Empty: no such tasks."),
    )
    thanks_for_ratings = models.BooleanField(
        _("a high rating with words is a task to thank"),
        default=True,
        db_default=True,
        help_text=_("5 of 5, or 9 and 10 of 10, once in 90 days for each customer."),
    )
    bot_answers = models.BooleanField(
        _("the bot answers common questions"),
        default=False,
        db_default=False,
        help_text=_(
            "With ready answers that are marked for it, in the channel the question came by; never complaints."
        ),
    )
    human_words = models.TextField(
        _("words that call a person"),
        blank=True,
        default=human_words,
        help_text=_(
            "One a line; the beginning of a word is enough. The bot names the first of the customer's language."
        ),
    )

    class Meta:
        abstract = True
