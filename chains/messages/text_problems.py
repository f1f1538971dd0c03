"""All that keeps a text from being sent, each with the path of its place: `subject`, `blocks.2.link`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chains.messages.blocks.field import field_problems, line_is_sound
from chains.messages.blocks.registry import BLOCK_KINDS, is_held_by, kind_of
from chains.messages.links import is_web
from chains.messages.note_form import note_form
from chains.messages.personal import made_up_blocks, personal_parts
from chains.messages.samples import sample
from chains.messages.sandbox import TemplateError
from chains.messages.short_message import LINK_IN_TEXT, compile_note, render_note
from chains.messages.written import Block, WrittenText
from crm.models import Channel
from segments.compile import check as check_rule
from segments.rule_json import parse as parse_rule
from segments.rules import RuleError
from segments.vocabulary.field import Context

Problem = tuple[str, str]
MOST_BLOCKS = 40
# As of a branch in a chain about an order. Of a message about none, what is asked about the order does not hold.
RULE_CONTEXT = (Context.ORDER, Context.EVENT)


def problems(text: WrittenText) -> Iterator[Problem]:
    found = [*_lines(text), *_blocks(text)]
    yield from found
    if not found and text.channel != Channel.EMAIL:
        yield from _note_problems(text)


def _lines(text: WrittenText) -> Iterator[Problem]:
    for name in ("subject", "preheader"):
        try:
            line_is_sound(getattr(text, name))
        except TemplateError as error:
            yield name, str(error)
    if not text.subject and (text.channel == Channel.EMAIL or note_form(text.channel).needs_subject):
        yield "subject", _("A letter needs a subject, and a push a title.")


def _blocks(text: WrittenText) -> Iterator[Problem]:
    if not text.blocks:
        yield "blocks", _("There is nothing in it yet: add a block.")
    if len(text.blocks) > MOST_BLOCKS:
        yield "blocks", _("A text may have at most %(most)d blocks.") % {"most": MOST_BLOCKS}
        return
    for position, block in enumerate(text.blocks):
        for name, sentence in block_problems(block, text.channel):
            yield f"blocks.{position}.{name}", sentence
    yield from _calls_to_action(text)


def _calls_to_action(text: WrittenText) -> Iterator[Problem]:
    """Two that everybody sees leave the customer to choose, and fewer do either."""
    everybodys = [
        (position, BLOCK_KINDS[block.kind])
        for position, block in enumerate(text.blocks)
        if block.rule is None and block.kind in BLOCK_KINDS and BLOCK_KINDS[block.kind].is_call_to_action
    ]
    for position, _kind in everybodys[1:]:
        first, kind = everybodys[0]
        yield (
            f"blocks.{position}",
            _("A message asks for one thing, and block %(number)d, “%(kind)s”, does already: remove one of them.")
            % {"number": first + 1, "kind": kind.label},
        )


def block_problems(block: Block, channel: str) -> Iterator[Problem]:
    """By the name of the field, or `kind` or `rule`."""
    kind = BLOCK_KINDS.get(block.kind)
    if kind is None:
        yield "kind", _("There is no such kind of block.")
        return
    if not is_held_by(channel, kind):
        yield "kind", _("Messages of this channel have no such block.")
    found = [(field.name, one) for field in kind.fields for one in field_problems(field, block.content.get(field.name))]
    yield from found
    if not found:
        yield from kind.problems(block.content)
    if block.rule is not None and (sentence := rule_problem(block.rule)):
        yield "rule", sentence


def rule_problem(rule: Any) -> str:
    try:
        check_rule(parse_rule(rule, RULE_CONTEXT), timezone.now())
    except RuleError as error:
        return str(error)
    return ""


def _note_problems(text: WrittenText) -> Iterator[Problem]:
    """What a channel cannot carry; the blocks by themselves are already known to be sound."""
    compiled = compile_note(text)
    for position, block in enumerate(text.blocks):
        note = kind_of(block).note
        if note and not note_form(text.channel).takes_links_in_words:
            alone = compile_note(WrittenText(channel=text.channel, language=text.language, blocks=(block,)))
            if LINK_IN_TEXT.search(alone["text"]):
                yield (
                    f"blocks.{position}.{kind_of(block).fields[0].name}",
                    _("A push has one link, its button: the words themselves cannot lead anywhere."),
                )
                return
    try:
        made = render_note(compiled, {**sample(text.language), **made_up_blocks(compiled | personal_parts(text))})
    except TemplateError as error:
        yield "blocks", str(error)
        return
    if made.button and note_form(text.channel).has_buttons and not is_web(made.button):
        yield "blocks", _("A button here opens pages only: people answer by writing back.")


def place_words(text: WrittenText, path: str) -> str:
    """A path in words: “subject”, “block 3, Button, where it leads”."""
    if path == "subject":
        return _("subject")
    if path == "preheader":
        return _("preheader")
    _blocks_word, _dot, rest = path.partition(".")
    number, _dot, name = rest.partition(".")
    if not number:
        return _("blocks")
    kind = BLOCK_KINDS.get(text.blocks[int(number)].kind)
    field = next((one for one in kind.fields if one.name == name), None) if kind else None
    parts = [_("block %(number)d") % {"number": int(number) + 1}, str(kind.label) if kind else ""]
    return ", ".join(filter(None, [*parts, str(field.label) if field and len(kind.fields) > 1 else ""]))  # type: ignore[union-attr]
