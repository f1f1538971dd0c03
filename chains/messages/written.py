"""What staff wrote, as values: saved or not, a text is checked, compiled and previewed from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chains.models.block import MessageBlock, new_block_key
from chains.models.template import MessageTemplate, TemplateText
from crm.models import Channel, Purpose


@dataclass(frozen=True, slots=True)
class Block:
    kind: str
    content: Mapping[str, Any]
    rule: Mapping[str, Any] | None = None
    key: str = field(default_factory=new_block_key)

    @property
    def flag(self) -> str:
        """Names in a letter's context whether the block is shown: empty where it is not."""
        return f"blocks['{self.key}']"

    @property
    def shown(self) -> str:
        """Names in a letter's context what the block shows of the customer it goes to."""
        return f"shown['{self.key}']"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """The words for one channel in one language."""

    channel: str = Channel.EMAIL
    language: str
    subject: str = ""
    preheader: str = ""
    blocks: tuple[Block, ...] = ()
    purpose: str = Purpose.SERVICE


def written_texts(template: MessageTemplate) -> list[WrittenText]:
    """All texts of a template, in a query for the texts and one for their blocks where they are not fetched yet."""
    texts = sorted(template.texts.all(), key=lambda text: (text.channel, text.language))
    return [written(text, template.purpose) for text in texts]


def written(text: TemplateText, purpose: str = "") -> WrittenText:
    return WrittenText(
        channel=text.channel,
        language=text.language,
        subject=text.subject,
        preheader=text.preheader,
        purpose=purpose or text.template.purpose,
        blocks=tuple(Block(one.kind, one.content, one.rule, one.key) for one in text.blocks.all()),
    )


def sources_of(block: Block) -> list[str]:
    """Everything that staff wrote in a block."""
    values = (value if isinstance(value, list) else [value] for value in block.content.values())
    return [one for value in values for one in value if isinstance(one, str)]


def plain_blocks(words: str, button: tuple[str, str] | None = None, picture: str = "") -> tuple[Block, ...]:
    """The blocks of the usual message: a picture, the words, the button with where it leads."""
    blocks = [Block("words", {"source": words})]
    if picture:
        blocks.insert(0, Block("picture", {"url": picture, "alt": "{{ product.name }}", "link": ""}))
    if button:
        label, link = button
        blocks.append(Block("button", {"label": label, "link": link}))
    return tuple(blocks)


def save_text(template: MessageTemplate, text: WrittenText) -> TemplateText:
    """Write the text in place of what there was for its channel and language."""
    row, _is_new = TemplateText.objects.update_or_create(
        template=template,
        channel=text.channel,
        language=text.language,
        defaults={"subject": text.subject, "preheader": text.preheader},
    )
    row.blocks.all().delete()
    MessageBlock.objects.bulk_create(_row(row, position, block) for position, block in enumerate(text.blocks))
    return row


def _row(text: TemplateText, position: int, block: Block) -> MessageBlock:
    return MessageBlock(
        text=text,
        key=block.key,
        position=position,
        kind=block.kind,
        rule=dict(block.rule) if block.rule else None,
        content=dict(block.content),
    )
