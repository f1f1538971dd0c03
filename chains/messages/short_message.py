"""Short messages: all but letters. Written like them, each in the form its channel takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from chains.messages import layout
from chains.messages.links import filled_link, link_source
from chains.messages.note_form import note_form
from chains.messages.paragraphs import LinkList, lay_out
from chains.messages.rendering import compact, one_line, shown_links
from chains.messages.samples import sample
from chains.messages.sandbox import TemplateError, fill, parse
from chains.messages.short_links import short_pages, short_url
from chains.models.template import TemplateText
from crm.models import Purpose

SUBJECT_SHOWN = 120
_LINK_IN_TEXT = re.compile(r"links\[\d+\]")


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


def compile_note(text: TemplateText) -> dict[str, Any]:
    """The Liquid sources of a short message, ready for JSON; the first link is the button's, where there is one."""
    links = LinkList()
    has_button = bool(text.cta_url)
    if has_button:
        links.add(text.cta_url)
    body = lay_out(text.body, links)
    is_marketing = text.template.purpose == Purpose.MARKETING
    form = note_form(text.channel)
    source = body.marked if form.is_html else body.text
    source = layout.SCALE.sub("1 2 3 4 5: {{ rate_url }}", source)
    with translation.override(text.language):
        stop_label = _("No more offers") if is_marketing and form.has_stop_button else ""
    if not form.has_buttons:
        source += _closing(text.cta_label, stop_label, has_button=has_button)
    parse(source, is_html=form.is_html)
    return {
        "language": text.language,
        "channel": text.channel,
        "purpose": text.template.purpose,
        "subject": text.subject,
        "text": source,
        "label": text.cta_label,
        "has_button": has_button,
        "links": links.sources,
        "picture": link_source(text.picture_url) if text.picture_url else "",
        "stop_label": stop_label,
    }


def _closing(label: str, stop_label: str, *, has_button: bool) -> str:
    """Where there are no buttons: the links at the end of the words."""
    lines = f"{{% if links[0] != '' %}}\n{label}: {{{{ links[0] }}}}{{% endif %}}" if has_button else ""
    return lines + (f"\n{stop_label}: {{{{ stop_url }}}}" if stop_label else "")


def note_problems(text: TemplateText) -> Iterator[tuple[str, TemplateError]]:
    """What a channel cannot carry, by the field's name; the text itself is already known to be sound."""
    if not note_form(text.channel).takes_links_in_words and _LINK_IN_TEXT.search(lay_out(text.body, LinkList()).text):
        yield "body", TemplateError(_("A push has one link, its button: the words themselves cannot lead anywhere."))
        return
    try:
        render_note(compile_note(text), sample(text.language))
    except TemplateError as error:
        yield "body", error


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
