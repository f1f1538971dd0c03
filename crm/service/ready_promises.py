"""Ten promises that most shops can give, to begin the register with. Their words lie with each language."""

from __future__ import annotations

from django.db import transaction

from crm.languages import content
from crm.locks import lock_starters
from crm.models import Promise


def missing_promises(language: str) -> list[str]:
    known = set(Promise.objects.exclude(ready_key=None).values_list("ready_key", flat=True))
    return [words["words"] for key, words in content(language, "promises").items() if key not in known]


@transaction.atomic
def add_ready_promises(language: str) -> list[str]:
    """Add each that was never added, and return their words. They are not given before staff say so."""
    lock_starters()
    known = set(Promise.objects.exclude(ready_key=None).values_list("ready_key", flat=True))
    place = Promise.objects.count()
    drafts = [
        Promise(
            ready_key=key,
            words=words["words"],
            proof=words["proof"],
            measure=words.get("measure", ""),
            complaint_words="\n".join(words["complaint_words"]),
            place=place + number,
            is_active=False,
        )
        for number, (key, words) in enumerate(content(language, "promises").items(), 1)
        if key not in known
    ]
    return [promise.words for promise in Promise.objects.bulk_create(drafts)]
