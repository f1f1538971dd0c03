from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input, link_field
from chains.messages.blocks.kind import BlockKind, LetterPart, NotePart
from chains.messages.links import link_source
from chains.messages.page import Page, if_filled, mjml_if_filled
from chains.messages.written import Block


def _letter(block: Block, page: Page) -> LetterPart:
    return button(block.content["label"], page.link(block.content["link"]), page)


def button(label: str, link: str, page: Page) -> LetterPart:
    """`link` is how the letter names the address, as `links[0]`."""
    drawn = (
        f'<mj-button href="{page.value(link)}" align="left" font-size="16px" font-weight="600"'
        f' background-color="{page.color}" color="{page.ink}" border-radius="8px" inner-padding="13px 24px">'
        f"{page.words(label)}</mj-button>"
    )
    return LetterPart(mjml_if_filled(link, drawn), if_filled(link, f"{label}:\n{{{{ {link} }}}}"))


def _note(block: Block, page: Page) -> NotePart:
    return NotePart(label=block.content["label"], link=link_source(block.content["link"]))


BUTTON = BlockKind(
    value="button",
    label=_("Button"),
    icon="smart_button",
    help=_("The one thing the message asks for. A message has one."),
    fields=(
        BlockField(name="label", label=_("Words on the button"), input=Input.LINE, is_needed=True, most=100),
        link_field("link", _("Where it leads"), is_needed=True),
    ),
    letter=_letter,
    note=_note,
    is_call_to_action=True,
)
