"""Short messages: all but letters. Written like them, each in the form its channel takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from chains.messages.blocks.kind import NotePart
from chains.messages.blocks.registry import is_personal, kind_of
from chains.messages.links import filled_link
from chains.messages.note_form import NoteForm, note_form
from chains.messages.page import Page, if_filled
from chains.messages.rendering import compact, one_line, shown_links
from chains.messages.sandbox import fill, parse
from chains.messages.short_links import short_pages, short_url
from chains.messages.written import Block, WrittenText
from crm.models import Purpose

SUBJECT_SHOWN = 120
LINK_IN_TEXT = re.compile(r"links\[\d+\]")


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """`text` is plain, for Telegram HTML. `button` and `stop` are addresses; `links` where each link of it leads."""

    subject: str
    text: str
    links: list[str]
    label: str = ""
    button: str = ""
    picture: str = ""
    stop_label: str = ""
    stop: str = ""


def compile_note(text: WrittenText) -> dict[str, Any]:
    """The Liquid sources of a short message, ready for JSON; the first link is the button's, where there is one."""
    page, form = Page(text.language), note_form(text.channel)
    has_button = any(kind_of(block).is_call_to_action for block in text.blocks)
    if has_button:
        page.link_of("")  # its place
    parts = [(block, note(block, page)) for block in text.blocks if (note := kind_of(block).note)]
    label, link, picture = (_first_shown(parts, name) for name in ("label", "link", "picture"))
    if has_button:
        page.links.sources[0] = link
    with translation.override(text.language):
        stop_label = _("No more offers") if text.purpose == Purpose.MARKETING and form.has_stop_button else ""
    source = _words(parts, form)
    if not form.has_buttons:
        source += _closing(label, stop_label, has_button=has_button)
    parse(source, is_html=form.is_html)
    return {
        "language": text.language,
        "channel": text.channel,
        "purpose": text.purpose,
        "subject": text.subject,
        "text": source,
        "label": label,
        "has_button": has_button,
        "links": page.links.sources,
        "picture": picture,
        "stop_label": stop_label,
    }


def _words(parts: Sequence[tuple[Block, NotePart]], form: NoteForm) -> str:
    said = [(block, part.marked if form.is_html else part.words) for block, part in parts]
    return "\n\n".join(if_filled(block.flag, words) if is_personal(block) else words for block, words in said if words)


def _first_shown(parts: Sequence[tuple[Block, NotePart]], name: str) -> str:
    """A short message has one button and one picture: those of the first block that the customer sees."""
    source = ""
    for block, part in reversed(parts):
        if written := getattr(part, name):
            source = if_filled(block.flag, written, source) if is_personal(block) else written
    return source


def _closing(label: str, stop_label: str, *, has_button: bool) -> str:
    """Where there are no buttons: the links at the end of the words."""
    lines = if_filled("links[0]", f"\n{label}: {{{{ links[0] }}}}") if has_button else ""
    return lines + (f"\n{stop_label}: {{{{ stop_url }}}}" if stop_label else "")


def render_note(text: Mapping[str, Any], context: Mapping[str, Any], touch_id: int | None = None) -> ShortMessage:
    """Fill a compiled text. The links are short and tracked when the touch that carries them is known."""
    form = note_form(text["channel"])
    links = [filled_link(source, context) for source in text["links"]]
    pages = short_pages(touch_id) if touch_id and not form.has_buttons else {}
    shown = shown_links(text["links"], links, (lambda index: short_url(touch_id, index)) if touch_id else None)
    filled = {**context, **pages, "links": shown, "stop_url": pages.get("unsubscribe_url", context["unsubscribe_url"])}
    words = compact(fill(text["text"], filled, is_html=form.is_html))
    plain = strip_tags(words) if form.is_html else words
    form.check_length(plain)
    if form.cut_at and len(words) > form.cut_at:
        words = words[: form.cut_at - 1] + "…"
    subject = one_line(fill(text["subject"], context))
    return ShortMessage(
        subject=subject or one_line(plain)[:SUBJECT_SHOWN],
        text=_with_heading(subject, words) if form.is_html else words,
        links=links,
        label=one_line(fill(text["label"], context)),
        button=shown[0] if text["has_button"] else "",
        picture=filled_link(text["picture"], context) if text["picture"] else "",
        stop_label=text["stop_label"],
        stop=context["unsubscribe_url"] if text["stop_label"] else "",
    )


def _with_heading(subject: str, words: str) -> str:
    return f"<b>{escape(subject, quote=False)}</b>\n\n{words}" if subject else words
