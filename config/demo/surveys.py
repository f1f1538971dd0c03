"""The demo shop asks after the delivery how it was, by a chain of its own, and some of those who are asked answer."""

from __future__ import annotations

import datetime as dt
from random import Random

from django.utils.translation import gettext as _

from chains.definition.publishing import publish
from chains.messages.written import Block, WrittenText, save_text
from chains.models import Chain, MessageTemplate, Step, Touch
from chains.reactions.surveys import asked_by
from config.demo.people_words import ENGLISH, RUSSIAN
from crm.models import Channel, Survey, SurveyQuestion
from crm.surveys.answering import note, questions_of
from crm.surveys.flow import asked as asked_next

ANSWERED = 0.45
SCORES, SHARES = (1, 2, 3, 4, 5), (3, 5, 10, 34, 48)
LETTERS = {
    RUSSIAN.language: ("Как прошла доставка?", "Одно нажатие, и мы узнаем, как всё прошло."),
    ENGLISH.language: ("How did the delivery go?", "One press tells us how it went."),
}
WORDS = {
    RUSSIAN.language: ("Курьер позвонил заранее, спасибо.", "Хотелось бы вечернюю доставку.", "Упаковка помялась.", ""),
    ENGLISH.language: ("The courier called ahead, thank you.", "Evenings would suit me better.", "A dented box.", ""),
}


def switch_on_survey(now: dt.datetime) -> Survey | None:
    """A day after the delivery. None where the shop has deleted the survey it began with."""
    survey = Survey.objects.filter(questions__about=SurveyQuestion.About.DELIVERY).first()
    if survey is None:
        return None
    template = MessageTemplate.objects.create(name=_("After the delivery: survey"), purpose="service", created_at=now)
    for language, (subject, words) in LETTERS.items():
        blocks = (
            Block("words", {"source": words}),
            Block("survey", {"survey": survey.pk, "if_asked": Touch.Asks.OR_NOT_SENT.value}),
        )
        save_text(template, WrittenText(channel=Channel.EMAIL, language=language, subject=subject, blocks=blocks))
    chain = Chain.objects.create(
        name=_("After the delivery: survey"),
        trigger="event",
        trigger_event="order.delivered",
        re_entry="per_order",
        priority=3,
        created_at=now,
    )
    Step.objects.create(chain=chain, position=0, kind=Step.Kind.WAIT, wait_amount=1, wait_unit=Step.Unit.DAYS)
    Step.objects.create(
        chain=chain, position=1, kind=Step.Kind.MESSAGE, name=_("Survey"), template=template, purpose="service"
    )
    publish(chain, now)
    return survey


def answer_surveys(random: Random, *, after: dt.datetime, until: dt.datetime, at: dt.datetime) -> None:
    """Some of those whom it reached between the two moments."""
    sent = Touch.objects.sent().filter(
        survey__isnull=False, asks__in=Touch.ASKING, sent_at__gt=after, sent_at__lte=until
    )
    for touch in sent.select_related("customer", "order").order_by("pk"):
        if random.random() < ANSWERED:
            _answer(random, touch, at)


def _answer(random: Random, touch: Touch, at: dt.datetime) -> None:
    """Each question that its condition lets through, as the page asks them."""
    asked = asked_by(touch, touch.survey_id or 0)
    scores: dict[int, int | None] = {}
    values: dict[SurveyQuestion, str] = {}
    for question in questions_of(asked.survey):
        if question not in asked_next([*values, question], scores):
            continue
        if value := _value(random, question, asked.language):
            values[question] = value
            scores[question.pk] = int(value) if question.scale else None
    note(asked, values, at=at)


def _value(random: Random, question: SurveyQuestion, language: str) -> str:
    if question.is_written:
        return random.choice(WORDS[language])
    return str(random.choices(SCORES, SHARES)[0])
