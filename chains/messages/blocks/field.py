"""The fields of a block's content: what the composer draws a form from, and what may stand in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from chains.messages.checking import check
from chains.messages.links import link_source
from chains.messages.paragraphs import LinkList, lay_out
from chains.messages.sandbox import SOURCE_LIMIT, TemplateError
from chains.messages.scale import SCALE


class Input(StrEnum):
    """How a field is filled in."""

    WORDS = "words"  # paragraphs with bold words, links, lists and placeholders
    LINE = "line"  # one line with placeholders
    LINK = "link"
    PICTURE = "picture"
    CHOICE = "choice"
    NUMBER = "number"
    PRODUCTS = "products"  # ids of the catalogue
    LINES = "lines"
    SURVEY = "survey"  # the id of one
    YES_NO = "yes_no"


EMPTY: dict[str, Any] = {Input.NUMBER: 0, Input.SURVEY: 0, Input.PRODUCTS: [], Input.LINES: [], Input.YES_NO: False}
LINK_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockField:
    """`most` is the longest text, the largest number or the longest list."""

    name: str
    label: StrOrPromise
    input: Input
    help: StrOrPromise = ""
    is_needed: bool = False
    initial: Any = None
    choices: tuple[tuple[str, StrOrPromise], ...] = ()
    least: int = 0
    most: int = 300

    @property
    def empty(self) -> Any:
        """What a new block begins with."""
        if self.initial is not None:
            return self.initial
        return self.choices[0][0] if self.choices else EMPTY.get(self.input, "")


def words_field(name: str, label: StrOrPromise, **more: Any) -> BlockField:
    return BlockField(name=name, label=label, input=Input.WORDS, most=SOURCE_LIMIT, **more)


def link_field(name: str, label: StrOrPromise, **more: Any) -> BlockField:
    return BlockField(name=name, label=label, input=Input.LINK, most=LINK_LIMIT, **more)


def field_problems(field: BlockField, value: Any) -> Iterator[str]:
    """Everything wrong with what stands in a field, whatever it is."""
    if problem := _shape_problem(field, value):
        yield problem
    elif field.is_needed and not value and value is not False and value != 0:
        yield _("This must not be empty.")
    elif reader := _READERS.get(field.input):
        try:
            reader(value)
        except TemplateError as error:
            yield str(error)


def _shape_problem(field: BlockField, value: Any) -> str:
    match field.input:
        case Input.YES_NO:
            is_fit = isinstance(value, bool)
        case Input.NUMBER | Input.SURVEY:
            is_fit = isinstance(value, int) and not isinstance(value, bool)
        case Input.PRODUCTS:
            is_fit = isinstance(value, list) and all(type(one) is int and 0 < one < 2**63 for one in value)
        case Input.LINES:
            is_fit = isinstance(value, list) and all(isinstance(one, str) for one in value)
        case _:
            is_fit = isinstance(value, str)
    return _size_problem(field, value) if is_fit and is_storable(value) else _("This is not what belongs here.")


def is_storable(value: object) -> bool:
    """Whether the database can keep it: no half of a character, no NUL, no number that is none."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
                    return False
            case float() as number if not math.isfinite(number):
                return False
            case dict() as mapping:
                waiting += [*mapping, *mapping.values()]
            case list() as values:
                waiting += values
    return True


def _size_problem(field: BlockField, value: Any) -> str:
    if field.input == Input.NUMBER:
        if field.least <= value <= field.most:
            return ""
        return _("Choose a number from %(least)d to %(most)d.") % {"least": field.least, "most": field.most}
    if field.input == Input.SURVEY:
        return "" if field.least <= value <= field.most else _("Choose one of those offered.")
    if field.input == Input.CHOICE:
        return "" if value in dict(field.choices) else _("Choose one of those offered.")
    if field.input in {Input.PRODUCTS, Input.LINES} and len(value) > field.most:
        return _("There may be at most %(most)d of these.") % {"most": field.most}
    longest = max((len(one) for one in value), default=0) if field.input == Input.LINES else 0
    if longest > LINK_LIMIT or isinstance(value, str) and len(value) > field.most:
        return _("The text is longer than %(limit)s characters.") % {
            "limit": LINK_LIMIT if longest > LINK_LIMIT else field.most
        }
    return ""


def line_is_sound(written: str) -> None:
    """Raise TemplateError unless one line of words with placeholders can be sent to anybody."""
    if SCALE.search(written):
        raise TemplateError(_("The rating scale fits only into the text."))
    check(written)


def _words_are_sound(written: str) -> None:
    check(written)
    links = LinkList()
    lay_out(written, links)
    for source in links.sources:
        check(source)


def _link_is_sound(written: str) -> None:
    if written:
        line_is_sound(written)
        check(link_source(written))


def _lines_are_sound(lines: list[str]) -> None:
    for line in lines:
        line_is_sound(line)


_READERS: dict[str, Callable[[Any], None]] = {
    Input.WORDS: _words_are_sound,
    Input.LINE: line_is_sound,
    Input.LINK: _link_is_sound,
    Input.PICTURE: _link_is_sound,
    Input.LINES: _lines_are_sound,
}
