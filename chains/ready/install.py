"""Puts the ready-made chains and their letters into the database, as drafts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from chains.messages.written import WrittenText, plain_blocks, save_text
from chains.models import Chain, MessageTemplate, Step
from chains.ready.chains import READY_CHAINS, ReadyChain, ReadyLetter, ReadyWait
from chains.ready.words import chain_words, letter_words
from crm.languages import codes
from crm.locks import lock_starters


@transaction.atomic
def add_ready_chains(language: str, now: dt.datetime) -> list[str]:
    """Add each chain that is not there, named in `language`, and return the names of those added.

    What is there stays as it is. Every letter gets its words in all languages.
    """
    lock_starters()
    return [_add(ready, language, now) for ready in missing_ready_chains()]


def missing_ready_chains() -> list[ReadyChain]:
    """Those whose letters no chain uses, whatever it is called, and whose name none has in any of the languages."""
    used = Step.objects.filter(template__ready_key__isnull=False).values_list("template__ready_key", flat=True)
    there = {key.partition("/")[0] for key in used if key}
    names = set(Chain.objects.values_list("name", flat=True))
    return [ready for ready in READY_CHAINS if ready.key not in there and names.isdisjoint(_names(ready))]


def _names(ready: ReadyChain) -> list[str]:
    return [chain_words(code, ready.key).name for code in codes()]


def _add(ready: ReadyChain, language: str, now: dt.datetime) -> str:
    words = chain_words(language, ready.key)
    chain = Chain.objects.create(name=words.name, description=words.description, created_at=now, **ready.rules)
    for position, step in enumerate(ready.steps):
        fields = _wait(step) if isinstance(step, ReadyWait) else _message(ready, step, language, now)
        Step.objects.create(chain=chain, position=position, **fields)
    return words.name


def _wait(step: ReadyWait) -> dict[str, Any]:
    counted = {"wait": Step.Wait.OFFSET, "wait_from": step.since} if step.since else {"wait": Step.Wait.TIME}
    return {"kind": Step.Kind.WAIT, "wait_amount": step.amount, "wait_unit": step.unit, **counted}


def _message(ready: ReadyChain, letter: ReadyLetter, language: str, now: dt.datetime) -> dict[str, Any]:
    template = _template(ready, letter, language, now)
    return {
        "kind": Step.Kind.MESSAGE,
        "name": template.name.partition(": ")[2].capitalize(),
        "purpose": letter.purpose,
        "template": template,
        "late_after_hours": letter.late_after_hours,
    }


def _template(ready: ReadyChain, letter: ReadyLetter, language: str, now: dt.datetime) -> MessageTemplate:
    """What is left of an earlier time is used as it is, and so is a template of the shop's own by that name."""
    key, name = f"{ready.key}/{letter.key}", letter_words(language, ready.key, letter.key).name
    left = MessageTemplate.objects.filter(Q(ready_key=key) | Q(name=name)).order_by("ready_key").first()
    return left or _new_template(name, ready, letter, now)


def _new_template(name: str, ready: ReadyChain, letter: ReadyLetter, now: dt.datetime) -> MessageTemplate:
    template = MessageTemplate.objects.create(
        name=name,
        purpose=letter.purpose,
        topic=letter.topic,
        tags=list(letter.tags),
        ready_key=f"{ready.key}/{letter.key}",
        created_at=now,
    )
    for code in codes():
        save_text(template, ready_text(ready, letter, code))
    return template


def ready_text(ready: ReadyChain, letter: ReadyLetter, language: str) -> WrittenText:
    words = letter_words(language, ready.key, letter.key)
    button = (words.button, letter.leads_to) if words.button else None
    return WrittenText(
        language=language,
        subject=words.subject,
        preheader=words.preheader,
        purpose=letter.purpose,
        blocks=plain_blocks(words.body, button, letter.picture),
    )
