"""A survey that was asked is locked, so that its answers stay comparable; a copy of it is revised instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import count

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Survey


def lock(surveys: Collection[int], at: dt.datetime) -> None:
    """From now on messages may ask them."""
    if surveys:
        Survey.objects.filter(pk__in=surveys, locked_at=None).update(locked_at=at)


@transaction.atomic
def copy_to_revise(survey: Survey) -> Survey:
    """A new survey with the same questions, which may still be changed."""
    questions = list(survey.questions.all())
    copied = Survey.objects.get(pk=survey.pk)
    copied.pk, copied._state.adding = None, True
    copied.name, copied.revises, copied.locked_at, copied.is_closed = _free_name(survey.name), survey, None, False
    copied.save()
    for question in questions:
        question.pk, question._state.adding, question.survey = None, True, copied
        question.save()
    return copied


def _free_name(name: str) -> str:
    taken = set(Survey.objects.values_list("name", flat=True))
    free = (_("%(name)s, version %(number)d") % {"name": name[:80], "number": number} for number in count(2))
    return next(one for one in free if one not in taken)
