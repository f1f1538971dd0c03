from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import words_field
from chains.messages.blocks.kind import BlockKind, LetterPart, NotePart
from chains.messages.page import Page
from chains.messages.paragraphs import lay_out
from chains.messages.scale import as_words, squares
from chains.messages.written import Block

_MARGINS = (("p", "0 0 14px"), ("ul", "0 0 14px"), ("ol", "0 0 14px"), ("li", "0 0 6px"))


def _letter(block: Block, page: Page) -> LetterPart:
    body = lay_out(block.content["source"], page.links)
    return LetterPart(words_mjml(body.html, page), as_words(body.text))


def words_mjml(html: str, page: Page) -> str:
    return f'<mj-text padding="0 25px">{page.hide(squares(_spaced(html), page.color))}</mj-text>'


def _spaced(html: str) -> str:
    """Margins of paragraphs written on each: some mail programs drop the style sheet."""
    for tag, margin in _MARGINS:
        html = html.replace(f"<{tag}>", f'<{tag} style="margin:{margin}">')
    return html


def _note(block: Block, page: Page) -> NotePart:
    body = lay_out(block.content["source"], page.links)
    return NotePart(words=as_words(body.text), marked=as_words(body.marked))


WORDS = BlockKind(
    value="words",
    label=_("Words"),
    icon="notes",
    help=_("Paragraphs with bold words, links, lists and placeholders."),
    fields=(words_field("source", _("Text"), is_needed=True),),
    letter=_letter,
    note=_note,
)
