"""The bot: sends a ready answer to a common question by itself, once in a matter, and leaves the rest to people.

It answers only what a customer has just written, in the case that this opened or came to, when exactly one ready answer
is meant and nothing in it stays open. A letter of a program never comes here: the channels leave those out.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import translation
from django.utils.translation import gettext as _

from crm import languages
from crm.models import Case, CaseMessage, Customer, ReadyAnswer
from crm.service import cases
from crm.service.bot_questions import is_for_the_bot, meant
from crm.service.conversations import seen_of
from crm.service.ready_answers import FilledAnswer, filled, language_of, values_of
from crm.service.sending import Draft, send

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50
# What has waited longer is answered by a person.
ANSWERS_WITHIN = dt.timedelta(hours=1)
ONCE_IN = dt.timedelta(days=1)


def answer_due(now: dt.datetime) -> int:
    """Look at what came in; returns how many were answered. What two workers look at is answered once."""
    waiting = CaseMessage.objects.for_the_bot(now).select_related("case__customer", "case__order")
    return sum(_answer(message, now) for message in waiting[:MOST_AT_ONCE] if _claim(message))


def _claim(message: CaseMessage) -> bool:
    """Given up before it is tried: a worker that dies in between leaves the question to people."""
    return bool(CaseMessage.objects.filter(pk=message.pk, bot_due_at=message.bot_due_at).update(bot_due_at=None))


def _answer(message: CaseMessage, now: dt.datetime) -> bool:
    case = message.case
    if not _may_answer(message, now):
        return False
    answer = meant(message.text, ReadyAnswer.objects.of_the_bot())
    if answer is None:
        return False
    language = language_of(case.customer)
    words = filled(answer, values_of(case, now), language)
    if not words.text.strip() or not words.is_whole:
        return False
    return _send(case, message, answer, words, now)


def _may_answer(message: CaseMessage, now: dt.datetime) -> bool:
    """As it is now: a colleague may have been quicker, or the customer may have gone on writing."""
    case, customer = message.case, message.case.customer
    if case.resolved_at or customer.erased_at or now - message.occurred_at > ANSWERS_WITHIN:
        return False
    if customer.mood == Customer.Mood.BAD or Case.objects.open().complaints().filter(customer=customer).exists():
        return False
    if not is_for_the_bot(case, message.text, has_files=message.attachments.exists()):
        return False
    if case.messages.filter(pk__gt=message.pk).exists():
        return False
    lately = CaseMessage.objects.filter(case__customer=customer, kind=CaseMessage.Kind.BOT)
    return not lately.filter(occurred_at__gt=now - ONCE_IN).exists()


def _send(case: Case, asked: CaseMessage, answer: ReadyAnswer, words: FilledAnswer, now: dt.datetime) -> bool:
    """It counts as an answer until the customer writes again."""
    draft = Draft(
        f"{words.text}\n\n{_signature(case.customer)}",
        kind=CaseMessage.Kind.BOT,
        seen=seen_of(case, until=asked),
        note=lambda message: cases.answer(case, at=now, solution=answer.title),
    )
    try:
        send(case, draft, at=now, channel=asked.channel)
    except ValueError as refusal:
        logger.warning("The bot could not answer case %s: %s", case.pk, refusal)
        return False
    ReadyAnswer.objects.count_use(answer.pk, now)
    return True


def _signature(customer: Customer) -> str:
    """Every answer of the bot says that it is one, and how to come to a person."""
    language = language_of(customer)
    word = languages.content(language, "words")["replies"]["human"][0]
    with translation.override(language):
        return _("This is a ready answer, sent automatically. To reach a person, answer “%(word)s”.") % {"word": word}
