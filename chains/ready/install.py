"""Puts the ready-made chains and their letters into the database, as drafts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from chains.ready.chains import READY_CHAINS, ReadyChain, ReadyLetter, ReadyWait
from chains.ready.words import LANGUAGES, read

Models = Callable[[str], Any]


def install(language: str, now: dt.datetime, model: Models) -> list[str]:
    """Add each chain that is not there yet and return the names of those added.

    Chains and templates are named in `language`; every letter gets its words in both. `model` gives the model of
    chains by its name: the migration that calls this knows them as they were then.
    """
    return [_install(ready, language, now, model) for ready in READY_CHAINS if not _is_there(ready, model)]


def _is_there(ready: ReadyChain, model: Models) -> bool:
    """By the letters, which a marketer may rename, or by the name, in whatever language it was put in."""
    names = [name for name, _description in ready.names.values()]
    return bool(
        model("MessageTemplate").objects.filter(ready_key__startswith=f"{ready.key}/").exists()
        or model("Chain").objects.filter(name__in=names).exists()
    )


def _install(ready: ReadyChain, language: str, now: dt.datetime, model: Models) -> str:
    name, description = ready.names.get(language) or ready.names["en"]
    chain = model("Chain").objects.create(name=name, description=description, created_at=now, **ready.rules)
    for position, step in enumerate(ready.steps):
        fields = _wait(step) if isinstance(step, ReadyWait) else _message(ready, step, language, now, model)
        model("Step").objects.create(chain=chain, position=position, **fields)
    return name


def _wait(step: ReadyWait) -> dict[str, Any]:
    counted = {"wait": "offset", "wait_from": step.since} if step.since else {"wait": "time"}
    return {"kind": "wait", "wait_amount": step.amount, "wait_unit": step.unit, **counted}


def _message(ready: ReadyChain, letter: ReadyLetter, language: str, now: dt.datetime, model: Models) -> dict[str, Any]:
    template = _template(ready, letter, language, now, model)
    return {
        "kind": "message",
        "name": template.name.partition(": ")[2].capitalize(),
        "purpose": letter.purpose,
        "template": template,
        "late_after_hours": letter.late_after_hours,
    }


def _template(ready: ReadyChain, letter: ReadyLetter, language: str, now: dt.datetime, model: Models) -> Any:
    words = {code: read(code, ready.key, letter.key) for code in LANGUAGES}
    template = model("MessageTemplate").objects.create(
        name=words.get(language, words["en"]).name,
        purpose=letter.purpose,
        topic=letter.topic,
        tags=list(letter.tags),
        ready_key=f"{ready.key}/{letter.key}",
        created_at=now,
    )
    for code, written in words.items():
        model("TemplateText").objects.create(
            template=template,
            language=code,
            subject=written.subject,
            preheader=written.preheader,
            body=written.body,
            cta_label=written.button,
            cta_url=letter.leads_to if written.button else "",
            picture_url=letter.picture,
        )
    return template
