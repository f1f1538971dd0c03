"""From what staff wrote to what the engine fills in: done once, when a chain is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from chains.messages import layout
from chains.messages.checking import check
from chains.messages.links import link_source
from chains.messages.note_form import note_form
from chains.messages.paragraphs import LinkList, lay_out
from chains.messages.sandbox import TemplateError, parse
from chains.messages.short_message import compile_note, note_problems
from chains.models.template import TemplateText
from crm.models import Channel, Shop

FIELDS = ("subject", "preheader", "body", "cta_label", "cta_url", "picture_url")
_FOOTER_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\)")


def compile_text(text: TemplateText, shop: Shop) -> dict[str, Any]:
    """The Liquid sources of a message, ready for JSON; raises TemplateError with the first problem in words.

    Of a letter, `subject`, `preheader`, `text` and `picture` are plain, `html` is a page; `links` holds a source for
    each link.
    """
    for _name, error in problems(text):
        raise error
    if text.channel != Channel.EMAIL:
        return compile_note(text)
    links = LinkList()
    button = links.add(text.cta_url) if text.cta_url else None
    body = lay_out(text.body, links)
    purpose = text.template.purpose
    with translation.override(text.language):
        footer = layout.footer_lines(purpose, shop)
    html = layout.letter_html(
        language=text.language,
        shop=shop,
        body=body.html,
        footer="<br>".join(_FOOTER_LINK.sub(_footer_anchor, line) for line in footer),
        label=text.cta_label,
        button=button,
    )
    compiled = {
        "language": text.language,
        "purpose": purpose,
        "subject": text.subject,
        "preheader": text.preheader,
        "html": html,
        "text": _plain(body.text, text.cta_label, button, footer),
        "links": links.sources,
        "picture": link_source(text.picture_url) if text.picture_url else "",
    }
    for name in ("html", "text"):
        # A condition opened in one paragraph and closed in a list item is whole for Liquid, but not for a page.
        parse(compiled[name], is_html=name == "html")
    return compiled


def problems_by_field(text: TemplateText) -> dict[str, list[str]]:
    """All that keeps a text from being saved, in words, by the field's name."""
    found: dict[str, list[str]] = {}
    for name, error in problems(text):
        found.setdefault(name, []).append(str(error))
    if bool(text.cta_label) != bool(text.cta_url):
        # The constraint says so too, but a form leaves out constraints on fields that were left empty.
        missing = "cta_url" if text.cta_label else "cta_label"
        found.setdefault(missing, []).append(_("A button needs both its words and where it leads."))
    if not text.subject and (text.channel == Channel.EMAIL or note_form(text.channel).needs_subject):
        found.setdefault("subject", []).append(_("A letter needs a subject, and a push a title."))
    return found


def problems(text: TemplateText) -> Iterator[tuple[str, TemplateError]]:
    """What is wrong with each field of a text, by the field's name."""
    is_sound = True
    for field in FIELDS:
        written = getattr(text, field)
        try:
            if field != "body" and layout.SCALE.search(written):
                raise TemplateError(_("The rating scale fits only into the text."))
            check(written)
            if field in {"cta_url", "picture_url"} and written:
                check(link_source(written))
            elif field == "body":
                _check_body_links(written)
        except TemplateError as error:
            is_sound = False
            yield field, error
    if is_sound and text.channel != Channel.EMAIL:
        yield from note_problems(text)


def _check_body_links(written: str) -> None:
    links = LinkList()
    lay_out(written, links)
    for source in links.sources:
        check(source)


def _footer_anchor(found: re.Match[str]) -> str:
    return f'<a href="{{{{ {found[2]} }}}}" style="color:#5d6862">{found[1]}</a>'


def _plain(body: str, label: str, button: int | None, footer: list[str]) -> str:
    blocks = [layout.SCALE.sub("1 2 3 4 5: {{ rate_url }}", body)]
    if button is not None:
        blocks.append(f"{{% if links[{button}] != '' %}}{label}:\n{{{{ links[{button}] }}}}{{% endif %}}")
    lines = (_FOOTER_LINK.sub(lambda found: f"{found[1]}: {{{{ {found[2]} }}}}", line) for line in footer)
    blocks.append("-- \n" + "\n".join(line.replace(" · ", "\n") for line in lines))
    return "\n\n".join(blocks)
