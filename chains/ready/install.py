"""Puts the ready-made chains and their letters into the database, as drafts."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from chains.messages.written import Block, WrittenText, save_text
from chains.models import Chain, MessageTemplate, Step
from chains.ready.blocks import REPLY, block_with
from chains.ready.chains import READY_CHAINS
from chains.ready.rows import StepRows
from chains.ready.steps import ReadyChain, ReadyLetter, letters_of
from chains.ready.words import chain_words, letter_words
from crm.languages import codes
from crm.locks import lock_starters
from crm.models import Channel
from segments.models import Segment


@transaction.atomic
def add_ready_chains(language: str, now: dt.datetime) -> list[str]:
    """Add each chain that is not there, named in `language`, and return the names of those added.

    What is there stays as it is. Every letter gets its words in all languages.
    """
    lock_starters()
    with translation.override(language):
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
    segment = Segment.objects.filter(key=ready.segment).first() if ready.segment else None
    chain = Chain.objects.create(
        name=words.name, description=words.description, created_at=now, trigger_segment=segment, **ready.rules
    )
    templates = {letter.key: _template(ready, letter, language, now) for letter in letters_of(ready)}
    StepRows(chain, ready, words, templates).add(ready.steps)
    return words.name


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
        for text in ready_texts(ready, letter, code):
            save_text(template, text)
    return template


def ready_texts(ready: ReadyChain, letter: ReadyLetter, language: str) -> list[WrittenText]:
    """The letter, and what it is in short."""
    words = letter_words(language, ready.key, letter.key)
    blocks = tuple(block_with(block, words.sections) for block in letter.blocks)
    email = WrittenText(
        channel=Channel.EMAIL,
        language=language,
        subject=words.subject,
        preheader=words.preheader,
        purpose=letter.purpose,
        blocks=blocks,
    )
    # An answer by email is for those who read one: in a messenger people just write back.
    buttons = tuple(
        Block("button", block.content) for block in blocks if block.kind == "button" and block.content["link"] != REPLY
    )
    return [
        email,
        *(
            WrittenText(
                channel=channel,
                language=language,
                purpose=letter.purpose,
                blocks=(Block("words", {"source": words.sections[channel]}), *buttons),
            )
            for channel in letter.short
        ),
    ]
