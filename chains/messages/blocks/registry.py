"""Every kind of block, in the order in which the composer offers them. A new kind is a file and a line here."""

from __future__ import annotations

from chains.messages.blocks.bought import BOUGHT
from chains.messages.blocks.bundle import BUNDLE
from chains.messages.blocks.button import BUTTON
from chains.messages.blocks.coupon import COUPON
from chains.messages.blocks.divider import DIVIDER
from chains.messages.blocks.job import JOB
from chains.messages.blocks.kind import BlockKind
from chains.messages.blocks.picture import PICTURE
from chains.messages.blocks.promises import PROMISES
from chains.messages.blocks.question import QUESTION
from chains.messages.blocks.recommendations import RECOMMENDATIONS
from chains.messages.blocks.referral_kit import REFERRAL_KIT
from chains.messages.blocks.review import REVIEW
from chains.messages.blocks.survey import SURVEY
from chains.messages.blocks.words import WORDS
from chains.messages.note_form import note_form
from chains.messages.written import Block
from chains.models import Touch
from crm.models import Channel

LEAVE_OUT = Touch.Asks.OR_WITHOUT.value
BLOCK_KINDS: dict[str, BlockKind] = {
    kind.value: kind
    for kind in (
        WORDS,
        BUTTON,
        PICTURE,
        BOUGHT,
        RECOMMENDATIONS,
        COUPON,
        BUNDLE,
        QUESTION,
        SURVEY,
        REVIEW,
        PROMISES,
        REFERRAL_KIT,
        JOB,
        DIVIDER,
    )
}


def kind_of(block: Block) -> BlockKind:
    return BLOCK_KINDS[block.kind]


def is_held_by(channel: str, kind: BlockKind) -> bool:
    """Whether messages of the channel may have such a block."""
    if channel == Channel.EMAIL:
        return True
    return kind.note is not None and (not kind.is_picture or note_form(channel).takes_pictures)


def is_personal(block: Block) -> bool:
    """Whether some customers see the block and others do not."""
    return block.rule is not None or kind_of(block).read is not None or block.content.get("if_asked") == LEAVE_OUT
