"""What a new shop begins with: segments, surveys, chains with their letters, ready answers, and promises."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from chains.ready.install import add_ready_chains
from crm.locks import lock_starters
from crm.models import Shop
from crm.service.ready_answers import add_ready_answers
from crm.service.ready_promises import add_ready_promises
from crm.surveys.ready import add_ready_surveys
from segments.starters import add_starter_segments


@transaction.atomic
def add_at_first_start(now: dt.datetime) -> list[str]:
    """Add them once in a shop's life, however many start it at the same moment."""
    lock_starters()
    return add_missing(now) if Shop.load().starters_added_at is None else []


@transaction.atomic
def add_missing(now: dt.datetime) -> list[str]:
    """Add what is not there, in the shop's language, and return the names; what is there stays as it is."""
    language = settings.LANGUAGE_CODE
    names = [
        *add_starter_segments(language, now),
        *add_ready_surveys(language),
        *add_ready_chains(language, now),
        *add_ready_answers(language),
        *add_ready_promises(language),
    ]
    Shop.load()
    Shop.objects.filter(pk=1).update(starters_added_at=now)
    return names
