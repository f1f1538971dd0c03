"""The coupon that the chain issued before the message; nothing for somebody who has none."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input, words_field
from chains.messages.blocks.kind import BlockKind, LetterPart, NotePart
from chains.messages.page import Page, escaped_words, if_filled, mjml_if_filled
from chains.messages.paragraphs import Body, lay_out
from chains.messages.written import Block

CODE = "coupon.code"


def _letter(block: Block, page: Page) -> LetterPart:
    note = lay_out(block.content["note"], page.links)
    box = _box(escaped_words(block.content["title"]), _terms(page.language), note, page.color)
    text = "\n".join([block.content["title"], *_spoken(page.language), *([note.text] if note.text else [])])
    return LetterPart(mjml_if_filled(CODE, f"<mj-text>{page.hide(box)}</mj-text>"), if_filled(CODE, text.strip()))


def _box(title: str, terms: list[str], note: Body, color: str) -> str:
    heading = f'<div style="font-weight:600;margin:0 0 6px">{title}</div>' if title else ""
    below = note.html.replace("<p>", '<p style="margin:8px 0 0">')
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
        f'<td align="center" style="padding:20px 16px;border:2px dashed {color};border-radius:10px">{heading}'
        f'<div class="offer" style="font-size:22px;line-height:1.3;font-weight:700">{{{{ coupon.offer }}}}</div>'
        '<div style="font-size:22px;line-height:1.5;letter-spacing:2px;font-family:Consolas,Menlo,monospace">'
        f"{{{{ {CODE} }}}}</div>"
        f'<div class="faint" style="font-size:14px;line-height:1.5;color:#5d6862">{"".join(terms)}{below}</div>'
        "</td></tr></table>"
    )


def _terms(language: str) -> list[str]:
    return [if_filled(path, f"<div>{line}</div>") for path, line in _limits(language)]


def _spoken(language: str) -> list[str]:
    with translation.override(language):
        code = gettext("Code: %(code)s") % {"code": f"{{{{ {CODE} }}}}"}
    lines = "".join(if_filled(path, f"\n{line}") for path, line in _limits(language))
    return [f"{{{{ coupon.offer }}}}\n{code}{lines}"]


def _limits(language: str) -> list[tuple[str, str]]:
    """What bounds the coupon, each with the placeholder that is empty where nothing does."""
    with translation.override(language):
        return [
            ("coupon.until", gettext("Valid until %(day)s") % {"day": "{{ coupon.until }}"}),
            ("coupon.scope", gettext("Only for: %(scope)s") % {"scope": "{{ coupon.scope }}"}),
            ("coupon.minimum", gettext("For orders from %(minimum)s") % {"minimum": "{{ coupon.minimum }}"}),
        ]


def _note(block: Block, page: Page) -> NotePart:
    note = lay_out(block.content["note"], page.links)
    title, said = block.content["title"], _spoken(page.language)
    words = "\n".join(part for part in (title, *said, note.text) if part)
    marked = "\n".join(part for part in (escaped_words(title), *said, note.marked) if part)
    return NotePart(words=if_filled(CODE, words), marked=if_filled(CODE, marked))


COUPON = BlockKind(
    value="coupon",
    label=_("Coupon"),
    icon="confirmation_number",
    help=_("Code, offer and last day of the coupon that the chain issued before the message."),
    fields=(
        BlockField(name="title", label=_("Heading"), input=Input.LINE, most=150),
        words_field("note", _("Words below")),
    ),
    letter=_letter,
    note=_note,
    rewards=frozenset({"coupon"}),
)
