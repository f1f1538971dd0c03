"""The questions that help to write a review: the shop's, or Encore's own where it has none in a language."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from crm.models import ReviewSettings

OWN = (_("What was the matter before?"), _("What did we do?"), _("What changed?"))


def questions(settings: ReviewSettings, language: str) -> list[str]:
    return list(settings.questions.get(language, ())) or own_questions(language)


def own_questions(language: str) -> list[str]:
    with translation.override(language):
        return [gettext(words) for words in OWN]
