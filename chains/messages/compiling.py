"""From what staff wrote to what the engine fills in: done once, when a chain is published."""

from __future__ import annotations

import re
from typing import Any

from django.utils import translation

from chains.messages import layout
from chains.messages.blocks.registry import is_personal, kind_of
from chains.messages.page import if_filled, mjml_if_filled
from chains.messages.personal import personal_parts
from chains.messages.sandbox import TemplateError, parse
from chains.messages.short_message import compile_note
from chains.messages.text_problems import problems
from chains.messages.written import WrittenText
from crm.models import Channel, Shop

_FOOTER_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\)")


def compile_text(text: WrittenText, shop: Shop) -> dict[str, Any]:
    """The Liquid sources of a message, ready for JSON; raises TemplateError with the first problem in words.

    Of a letter, `subject`, `preheader` and `text` are plain, `html` is a page; `links` and `pictures` hold a source
    for each. `rules` and `reads` tell of blocks that some customers see and others do not, by their key.
    """
    for _path, sentence in problems(text):
        raise TemplateError(sentence)
    compiled = _letter(text, shop) if text.channel == Channel.EMAIL else compile_note(text)
    return compiled | personal_parts(text)


def _letter(text: WrittenText, shop: Shop) -> dict[str, Any]:
    page = layout.page_of(text.language, shop)
    drawn = [(block, kind_of(block).letter(block, page)) for block in text.blocks]
    with translation.override(text.language):
        footer = layout.footer_lines(text.purpose, shop)
    compiled = {
        "language": text.language,
        "purpose": text.purpose,
        "subject": text.subject,
        "preheader": text.preheader,
        "html": layout.letter_html(
            page,
            [mjml_if_filled(block.flag, part.mjml) if is_personal(block) else part.mjml for block, part in drawn],
            "".join(f"<div>{_FOOTER_LINK.sub(_footer_anchor, line)}</div>" for line in footer),
        ),
        "text": _plain(
            [if_filled(block.flag, part.text) if is_personal(block) else part.text for block, part in drawn], footer
        ),
        "links": page.links.sources,
        "pictures": page.pictures,
    }
    for name in ("html", "text"):
        # A condition opened in one paragraph and closed in a list item is whole for Liquid, but not for a page.
        parse(compiled[name], is_html=name == "html")
    return compiled


def _footer_anchor(found: re.Match[str]) -> str:
    return f'<a href="{{{{ {found[2]} }}}}" class="faint" style="color:#5d6862">{found[1]}</a>'


def _plain(parts: list[str], footer: list[str]) -> str:
    lines = (_FOOTER_LINK.sub(lambda found: f"{found[1]}: {{{{ {found[2]} }}}}", line) for line in footer)
    closing = "-- \n" + "\n".join(lines)
    return "\n\n".join([*(part for part in parts if part), closing])
