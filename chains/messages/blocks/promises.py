"""What the shop promises, each with its proof: what Encore counts where that tells enough, else staff's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import AskedBlock, BlockKind, Content, LetterPart, NotePart, Shown
from chains.messages.page import Page, escaped_words, if_filled
from chains.messages.written import Block
from crm.figures.wording import percent
from crm.languages import content as words_of
from crm.languages import spoken
from crm.models import Promise
from crm.service.promises import PromiseCount, kept_and_broken

MOST = 10
DAYS = 30


def _letter(block: Block, page: Page) -> LetterPart:
    title = block.content["title"]
    heading = f'<div style="font-weight:600;margin:0 0 6px">{escaped_words(title)}</div>' if title else ""
    faint = '<div class="faint" style="font-size:14px;color:#5d6862">%s</div>'
    rows = "".join(
        if_filled(
            f"{path}.words",
            f'<div style="margin:0 0 10px">✓ <strong>{{{{ {path}.words }}}}</strong>'
            f"{if_filled(f'{path}.proof', faint % f'{{{{ {path}.proof }}}}')}</div>",
        )
        for path in _paths(block)
    )
    return LetterPart(f"<mj-text>{page.hide(heading + rows)}</mj-text>", _told(block))


def _note(block: Block, page: Page) -> NotePart:
    told = _told(block)
    return NotePart(words=told, marked=told)


def _told(block: Block) -> str:
    rows = [
        if_filled(
            f"{path}.words", f"\n✓ {{{{ {path}.words }}}}{if_filled(f'{path}.proof', f' ({{{{ {path}.proof }}}})')}"
        )
        for path in _paths(block)
    ]
    return f"{block.content['title']}{''.join(rows)}".strip()


def _paths(block: Block) -> list[str]:
    return [f"{block.shown}.promises[{place}]" for place in range(block.content["count"])]


def _read(asked: Sequence[AskedBlock], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    """The same for everybody who reads one language."""
    given = list(Promise.objects.given()[:MOST])
    counts = kept_and_broken(now - dt.timedelta(days=DAYS), now, now) if given else {}
    rows = {
        language: [{"words": one.words, "proof": _proof(one, counts[one.pk], language)} for one in given]
        for language in {one.language for one in asked}
    }
    return {(one.touch_id, one.key): {"promises": _padded(rows[one.language], one)} for one in asked if given}


def _proof(promise: Promise, counted: PromiseCount, language: str) -> str:
    if counted.share is None:
        return promise.proof
    with translation.override(language):
        share = percent(counted.share, "")
        return gettext("kept in %(share)s of cases in the last %(days)d days") % {"share": share, "days": DAYS}


def _padded(rows: list[dict[str, str]], one: AskedBlock) -> list[dict[str, str]]:
    """As many in every letter."""
    count = int(one.content["count"])
    return [*rows[:count], *({"words": "", "proof": ""} for _missing in range(count - len(rows)))]


def _sample(content: Content, language: str) -> Shown:
    made_up: list[dict[str, str]] = words_of(spoken(language), "sample_blocks")["promises"]
    return {"promises": [made_up[place % len(made_up)] for place in range(content["count"])]}


PROMISES = BlockKind(
    value="promises",
    label=_("Promises"),
    icon="handshake",
    help=_("What the shop promises, with its proof, from the register of promises. Left out where none is given."),
    fields=(
        BlockField(name="title", label=_("Heading"), input=Input.LINE, most=150),
        BlockField(name="count", label=_("How many"), input=Input.NUMBER, initial=3, least=1, most=MOST),
    ),
    letter=_letter,
    note=_note,
    read=_read,
    sample=_sample,
)
