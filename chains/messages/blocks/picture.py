from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import LINK_LIMIT, BlockField, Input, link_field
from chains.messages.blocks.kind import BlockKind, LetterPart, NotePart
from chains.messages.links import link_source
from chains.messages.page import Page, if_filled, mjml_if_filled
from chains.messages.written import Block


def _letter(block: Block, page: Page) -> LetterPart:
    content = block.content
    picture = page.picture(content["url"])
    drawn = f'<mj-image src="{page.value(picture)}" alt="{page.attribute(content["alt"])}" border-radius="8px"'
    if not content["link"]:
        return LetterPart(mjml_if_filled(picture, f"{drawn}/>"), "")
    link = page.link(content["link"])
    pressed = mjml_if_filled(link, f'{drawn} href="{page.value(link)}"/>', f"{drawn}/>")
    text = if_filled(picture, if_filled(link, f"{content['alt']}\n{{{{ {link} }}}}"))
    return LetterPart(mjml_if_filled(picture, pressed), text)


def _note(block: Block, page: Page) -> NotePart:
    return NotePart(picture=link_source(block.content["url"]))


PICTURE = BlockKind(
    value="picture",
    label=_("Picture"),
    icon="image",
    help=_("A picture as wide as the letter; it may lead somewhere when pressed."),
    fields=(
        BlockField(name="url", label=_("Picture"), input=Input.PICTURE, is_needed=True, most=LINK_LIMIT),
        BlockField(
            name="alt",
            label=_("What it shows, in words"),
            input=Input.LINE,
            help=_("Read aloud to people who do not see it, and shown while pictures are blocked."),
        ),
        link_field("link", _("Where it leads"), help=_("Empty: nowhere.")),
    ),
    letter=_letter,
    note=_note,
    is_picture=True,
)
