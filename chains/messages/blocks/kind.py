"""What a kind of block says of itself. Each kind is a file of this folder; registry.py lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django_stubs_ext import StrOrPromise

from chains.messages.blocks.field import BlockField
from chains.messages.page import Page
from chains.messages.written import Block

Content = Mapping[str, Any]
Shown = dict[str, Any]
"""What a block shows of one customer: strings, and lists of as many dictionaries of strings in every letter."""


@dataclass(frozen=True, slots=True)
class LetterPart:
    """A block of a letter: elements of an mj-column, with Liquid only in `page.hide(…)` and mj-raw, and plain text."""

    mjml: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePart:
    """A block of a short message. `marked` has the tags that messengers know: b, i and a.

    `label` and `link` become a button where the channel has buttons and end the words where it has none; both, and
    `picture`, are Liquid sources.
    """

    words: str = ""
    marked: str = ""
    label: str = ""
    link: str = ""
    picture: str = ""


class AskedBlock(NamedTuple):
    """A block on its way to a customer, whose facts are to be read. `order_id` is what the message is about."""

    touch_id: int
    customer_id: int
    order_id: int | None
    language: str
    key: str
    content: Content


# For a whole batch at once, in as many queries whatever its size: what each shows, by touch and block. A block that
# has nothing to show is left out, and is then hidden.
BlockReading = Callable[[Sequence[AskedBlock], dt.datetime], dict[tuple[int, str], Shown]]


def _no_problems(content: Content) -> Iterator[tuple[str, str]]:
    yield from ()


@dataclass(frozen=True, kw_only=True)
class BlockKind:
    value: str
    label: StrOrPromise
    icon: str  # of Material Symbols
    help: StrOrPromise
    fields: tuple[BlockField, ...] = ()
    letter: Callable[[Block, Page], LetterPart]
    # Short messages have no such block without it.
    note: Callable[[Block, Page], NotePart] | None = None
    is_call_to_action: bool = False
    is_question: bool = False  # so its content stands in the compiled text, for the page that asks it
    is_picture: bool = False  # so only channels that take pictures have it
    rewards: frozenset[str] = frozenset()  # "coupon", "points", "referral": what it shows of them
    # What the fields by themselves do not show to be wrong, by the field's name.
    problems: Callable[[Content], Iterator[tuple[str, str]]] = _no_problems
    # Facts of the customer that are not in every letter's context. They stand in `Block.shown`.
    read: BlockReading | None = None
    # The same for somebody made up, in a language; a kind that reads has one.
    sample: Callable[[Content, str], Shown] | None = None
