"""A template as one document: what the composer reads, sends to be checked, and has saved.

{"name", "purpose", "topic", "tags": […],
 "texts": [{"channel", "language", "subject", "preheader", "blocks": [{"key", "kind", "rule", "content"}]}]}

Problems are named by their path in it: "texts.0.blocks.2.link".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from chains.messages.content_reading import ContentReader
from chains.messages.text_problems import problems
from chains.messages.written import Block, WrittenText, save_text, written_texts
from chains.models import MessageTemplate

FIELDS = ("name", "purpose", "topic", "tags")


class ContentError(ValueError):
    """What is wrong with a document, in sentences by path."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        self.problems = found
        super().__init__(" ".join(sentence for sentences in found.values() for sentence in sentences))


def content_of(template: MessageTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "purpose": template.purpose,
        "topic": template.topic,
        "tags": list(template.tags),
        "texts": [
            {
                "channel": text.channel,
                "language": text.language,
                "subject": text.subject,
                "preheader": text.preheader,
                "blocks": [_block_content(block) for block in text.blocks],
            }
            for text in written_texts(template)
        ],
    }


def _block_content(block: Block) -> dict[str, Any]:
    return {"key": block.key, "kind": block.kind, "rule": block.rule, "content": dict(block.content)}


def texts_of(data: object) -> list[WrittenText]:
    """The texts of a document, saved or not, each possibly with problems; ContentError for what is no document."""
    reader = ContentReader(data)
    if reader.problems:
        raise ContentError(reader.problems)
    return reader.texts


def check_content(data: object, template: MessageTemplate | None = None) -> dict[str, list[str]]:
    """All that keeps a document from being saved as this template, or as a new one; empty when nothing does."""
    reader = ContentReader(data)
    found = {path: list(sentences) for path, sentences in reader.problems.items()}
    if not found:
        for path, sentence in _problems(reader, template):
            found.setdefault(path, []).append(sentence)
    return found


def _problems(reader: ContentReader, template: MessageTemplate | None) -> Iterator[tuple[str, str]]:
    yield from _template_problems(reader.fields, template)
    for position, text in enumerate(reader.texts):
        for path, sentence in problems(text):
            yield f"texts.{position}.{path}", sentence


def _template_problems(fields: Mapping[str, Any], template: MessageTemplate | None) -> Iterator[tuple[str, str]]:
    """What the model says of the name, purpose, topic and tags."""
    candidate = MessageTemplate(pk=template.pk if template else None, **fields)
    candidate._state.adding = template is None
    try:
        candidate.full_clean(exclude=["ready_key", "created_at", "changed_at", "changed_by"])
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            yield from ((name if name in FIELDS else "name", sentence) for sentence in sentences)


@transaction.atomic
def save_content(template: MessageTemplate, data: object, by: User | None) -> MessageTemplate:
    """Write a document into a template, saved before or not; raises ContentError and writes nothing."""
    if found := check_content(data, template if template.pk else None):
        raise ContentError(found)
    reader = ContentReader(data)
    for name, value in reader.fields.items():
        setattr(template, name, value)
    template.changed_at, template.changed_by = timezone.now(), by
    template.save()
    kept = [save_text(template, text).pk for text in reader.texts]
    template.texts.exclude(pk__in=kept).delete()
    # What was fetched before is no longer true.
    template._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    return template


@transaction.atomic
def copy_template(template: MessageTemplate, name: str, by: User | None) -> MessageTemplate:
    """A template like this one under a name that none has yet. Its blocks keep their keys: they are of other texts."""
    copy = MessageTemplate(
        name=name, purpose=template.purpose, topic=template.topic, tags=list(template.tags), changed_by=by
    )
    copy.save()
    for text in written_texts(template):
        save_text(copy, text)
    return copy
