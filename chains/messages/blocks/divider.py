from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.kind import BlockKind, LetterPart
from chains.messages.page import Page
from chains.messages.written import Block


def _letter(block: Block, page: Page) -> LetterPart:
    return LetterPart(
        '<mj-divider css-class="line" border-width="1px" border-color="#d9ddd9" padding="12px 25px"/>', "* * *"
    )


DIVIDER = BlockKind(
    value="divider",
    label=_("Divider"),
    icon="horizontal_rule",
    help=_("A thin line between two parts of a letter."),
    letter=_letter,
)
