"""From a leased touch to what its channel hands over. A text that cannot be made fails only its own touch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext

from chains.channels.sender import OutgoingMessage
from chains.channels.staff_task.sender import TaskCard
from chains.engine.deliver import outcomes
from chains.engine.deliver.blocks_shown import BlocksShown
from chains.engine.deliver.coupons_shown import RewardsShown
from chains.engine.deliver.slices import SendingRecord, TouchResult
from chains.engine.moments import moment_of
from chains.messages.context import contexts
from chains.messages.rendering import Rendered, TemplateError, render, text_in_language
from chains.messages.short_message import ShortMessage, render_note
from chains.models import Touch
from chains.models.touch import message_id
from chains.program import program
from chains.program.program import Program
from chains.program.step import ProgramStep

Clock = Callable[[], dt.datetime]


class LeasedTouch(NamedTuple):
    """The columns read, named as the query spells them."""

    pk: int
    customer_id: int
    order_id: int | None
    contact_id: int | None
    coupon_id: int | None
    enrolment_id: int
    step_key: str
    variant: str
    asks: str
    channel: str
    purpose: str
    token: str
    attempts: int
    lease_until: dt.datetime
    enrolment__version_id: int
    enrolment__event_id: int | None
    contact__address: str | None
    customer__language: str
    customer__first_name: str
    customer__last_name: str


@dataclass(frozen=True, slots=True)
class PreparedTouch:
    outgoing: OutgoingMessage
    record: SendingRecord


def prepare(
    rows: Sequence[LeasedTouch], now: dt.datetime, clock: Clock | None = None
) -> Iterator[PreparedTouch | TouchResult]:
    """One item a touch, in order and only when it is asked for; the facts of all are read before, at once.

    `clock` tells the time as each is rendered, from which a coupon's term counts; without it, it stays `now`.
    """
    programs = program.load(row.enrolment__version_id for row in rows)
    letters = [row for row in rows if row.channel != Touch.Channel.STAFF_TASK]
    context_of = contexts(letters, now) if letters else {}
    texts = {row.pk: _text(row, programs) for row in letters}
    rewards = RewardsShown(letters, programs, now)
    blocks = BlocksShown([row for row in letters if texts[row.pk]], texts, now)
    clock = clock or (lambda: now)
    return (_prepared(row, programs, texts, context_of, rewards, blocks, clock) for row in rows)


def _prepared(
    row: LeasedTouch,
    programs: Mapping[int, Program],
    texts: Mapping[int, dict[str, Any]],
    context_of: Mapping[int, dict[str, Any]],
    rewards: RewardsShown,
    blocks: BlocksShown,
    clock: Clock,
) -> PreparedTouch | TouchResult:
    step = programs[row.enrolment__version_id].step(row.step_key)
    if step is None:
        return outcomes.not_rendered(row.pk, row.attempts, "")
    if row.channel == Touch.Channel.STAFF_TASK:
        return _card(row, step, moment_of(clock(), row.customer_id))
    text = texts[row.pk]
    if not text:
        # A version whose step had this text planned the touch; since then the customer was moved to one that has not.
        return outcomes.not_rendered(row.pk, row.attempts, gettext("The step has no text for this channel."))
    if blocks.is_pointless(row.pk):
        return outcomes.nothing_to_show(row.pk, row.attempts)
    return _letter(row, text, {**context_of[row.pk], **blocks.context(row.pk)}, rewards, clock)


def _card(row: LeasedTouch, step: ProgramStep, now: dt.datetime) -> PreparedTouch:
    due_at = now + dt.timedelta(days=step.due_days)
    card = TaskCard(step.task_kind, step.name, step.script, step.owner_group, now, due_at)
    return PreparedTouch(_outgoing(row, card), SendingRecord(row.pk, step.name, []))


def _letter(
    row: LeasedTouch, text: dict[str, Any], context: Mapping[str, Any], rewards: RewardsShown, clock: Clock
) -> PreparedTouch | TouchResult:
    try:
        shown = text.get("shows", ())
        if shown:
            at = moment_of(clock(), row.customer_id)
            if refusal := rewards.refusal(row, shown, at):
                return outcomes.no_coupon(row.pk, row.attempts, refusal)
            context = {**context, **rewards.words(row, text["language"], at)}
        content = _rendered(row, text, context)
    except TemplateError as error:
        return outcomes.not_rendered(row.pk, row.attempts, str(error))
    coupon = rewards.sending(row, shown)
    return PreparedTouch(_outgoing(row, content), SendingRecord(row.pk, content.subject, content.links, coupon))


def _text(row: LeasedTouch, programs: Mapping[int, Program]) -> dict[str, Any]:
    """Empty where the step has none for the channel."""
    step = programs[row.enrolment__version_id].step(row.step_key)
    texts = step.as_variant(row.variant).texts.get(row.channel) if step else None
    return text_in_language(texts, row.customer__language, settings.LANGUAGE_CODE) if texts else {}


def _rendered(row: LeasedTouch, text: dict[str, Any], context: Mapping[str, Any]) -> Rendered | ShortMessage:
    return render(text, context) if row.channel == Touch.Channel.EMAIL else render_note(text, context, row.pk)


def _outgoing(row: LeasedTouch, content: Any) -> OutgoingMessage:
    return OutgoingMessage(
        touch_id=row.pk,
        customer_id=row.customer_id,
        order_id=row.order_id,
        address=row.contact__address or "",
        name=f"{row.customer__first_name} {row.customer__last_name}".strip(),
        purpose=row.purpose,
        language=row.customer__language,
        token=row.token,
        message_id=message_id(row.token),
        content=content,
    )
