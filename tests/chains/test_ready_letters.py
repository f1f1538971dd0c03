"""Every ready letter in every language, for customers of each kind: no gap, no wrong word, one thing to press."""

import re

import pytest

from chains.definition.checks.letter import letter_of
from chains.messages import text_problems
from chains.messages.compiling import compile_text
from chains.messages.personal import made_up_blocks, personal_parts
from chains.messages.rendering import render
from chains.messages.samples import nothing_known, sample
from chains.messages.short_message import compile_note, render_note
from chains.ready.chains import READY_CHAINS
from chains.ready.install import ready_texts
from chains.ready.rules import APPOINTED, FIRST_TIME, NOT_APPOINTED, NOT_PROMISED, PROMISED, REPEAT
from chains.ready.steps import letters_of
from chains.ready.words import letter_words
from crm.languages import codes, folder
from tests.chains.reading_letters import assert_reads_well, assert_sound
from tests.chains.written_messages import make_shop

LETTERS = [(ready, letter) for ready in READY_CHAINS for letter in letters_of(ready)]
IN_BOTH = [
    pytest.param(ready, letter, language, id=f"{ready.key}/{letter.key}-{language}")
    for ready, letter in LETTERS
    for language in codes()
]


def without(context, **fields):
    """The context with these fields empty."""
    return {
        name: {**value, **dict.fromkeys(fields.get(name, ()), "")} if isinstance(value, dict) else value
        for name, value in context.items()
    }


def several(context):
    line = context["order"]["lines"][0]
    lines = [{**line, "name": f"{line['name']} {number}", "quantity": "12"} for number in range(5)]
    return {
        **context,
        "order": {**context["order"], "lines": lines, "products": ", ".join(one["name"] for one in lines)},
    }


def only_an_order(order):
    nothing = nothing_known()
    known = {name: order[name] for name in ("number", "total")}
    return {"customer": nothing["customer"], "product": nothing["product"], "order": {**nothing["order"], **known}}


KINDS = {
    "first-time": lambda known: known,
    "repeat": lambda known: known,
    "nameless": lambda known: without(known, customer=("first_name", "last_name", "name")),
    "service": lambda known: without(
        known, product=("warranty_until", "instructions_url", "picture_url"), order=("promised_on", "tracking_number")
    ),
    "several products": several,
    "without pictures and pages": lambda known: without(
        known, product=("picture_url", "url", "instructions_url"), order=("receipt_url",)
    ),
    "out of stock": lambda known: known,
    "of whom nothing is known": lambda known: known | only_an_order(known["order"]),
}
HIDDEN = {"first-time": (REPEAT, NOT_PROMISED, NOT_APPOINTED), "repeat": (FIRST_TIME, NOT_PROMISED, NOT_APPOINTED)}
UNDATED = (REPEAT, PROMISED, APPOINTED)


def context_of(kind, text, compiled):
    """What a letter is filled with for a customer of the kind: who is out of stock sees nothing recommended."""
    made = KINDS[kind](sample(text.language))
    shown = made_up_blocks({**compiled, **personal_parts(text)})
    hidden = HIDDEN.get(kind, UNDATED if kind in ("service", "of whom nothing is known") else HIDDEN["first-time"])
    flags = {
        block.key: "" if block.rule in hidden or (kind == "out of stock" and block.key in shown["shown"]) else "1"
        for block in text.blocks
        if block.key in shown["blocks"]
    }
    return {**made, "blocks": flags, "shown": shown["shown"]}


@pytest.mark.parametrize(("ready", "letter", "language"), IN_BOTH)
def test_reads_well_for_customers_of_every_kind(ready, letter, language):
    text, *shorts = ready_texts(ready, letter, language)
    assert list(text_problems.problems(text)) == []
    compiled = compile_text(text, make_shop())
    skipped = {block.kind for block in text.blocks if block.content.get("if_none") == "skip_message"}

    for kind in KINDS:
        if kind == "out of stock" and skipped:
            continue
        assert_reads_well(render(compiled, context_of(kind, text, compiled)), kind)
    for short in shorts:
        assert list(text_problems.problems(short)) == []
        note = compile_note(short)
        for kind in KINDS:
            assert_sound(render_note(note, context_of(kind, short, {"language": language})).text, kind)


@pytest.mark.parametrize(("ready", "letter", "language"), IN_BOTH)
def test_words_are_short_and_calm(ready, letter, language):
    text, *shorts = ready_texts(ready, letter, language)
    read = letter_of(text)
    said = re.sub(r"{[{%].*?[%}]}", "", read.said)

    assert read.word_count <= 120
    assert len(read.calls) <= 1
    assert read.calls or read.kinds & {"recommendations", "coupon"} or "referral" in letter.tags  # to be forwarded
    assert not any("shop.site_url" in call.link for call in read.calls)
    assert not re.search(r"\b[A-ZА-ЯЁ]{4,}\b", said.replace("SMS", ""))
    assert said.count("!") <= 1
    assert not re.search(r"free gift|amazing|exclusive|hurry|эксклюзив|уникальн|спешите|успейте", said, re.IGNORECASE)
    assert not re.search(
        r"half a year|a year ago|three months|a month ago|полгода|год назад|три месяца|месяц назад", said, re.IGNORECASE
    )
    assert bool(re.search("[а-яё]", said)) == (language == "ru")


def test_no_file_of_words_is_left_over_and_no_section_is_missing():
    expected = {f"{ready.key}.{letter.key}.txt" for ready, letter in LETTERS}

    for language in codes():
        assert {path.name for path in (folder(language) / "letters").iterdir()} == expected
        for ready, letter in LETTERS:
            named = {block.section for block in letter.blocks if block.section} | set(letter.short)
            assert set(letter_words(language, ready.key, letter.key).sections) == named, (language, letter.key)
