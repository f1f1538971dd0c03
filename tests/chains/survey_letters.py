"""Surveys, and letters that ask them, sent to somebody who bought a kettle."""

from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.compiling import compile_text
from chains.messages.written import Block
from crm.models import Survey, SurveyQuestion
from tests.chains.factories import written_text
from tests.chains.written_messages import make_touch
from tests.conftest import make_order, make_product

KEY = "a1b2c3d4"
WHY_LOW = {
    "kind": "text",
    "asked_if": "at_most",
    "asked_if_score": 6,
    "words": {"en": {"question": "What was wrong?"}},
}
REASONS = {
    "kind": "exit",
    "words": {
        "en": {"question": "What stopped you?", "answers": ["The price", "The delivery", "The choice"]},
        "ru": {"question": "Что остановило?", "answers": ["Цена", "Доставка", "Выбор"]},
    },
}
NPS = {
    "kind": "nps",
    "words": {
        "en": {"question": "Would you recommend us?", "low": "never", "high": "surely"},
        "ru": {"question": "Порекомендуете нас?"},
    },
}
STARS = {"kind": "rating", "about": "delivery", "words": {"en": {"question": "How was the delivery?"}}}


def make_survey(*questions, **fields):
    survey = Survey.objects.create(
        **{"name": "Recommend", "low_at_most": 6, "high_at_least": 9, "case_severity": "high", **fields}
    )
    for position, question in enumerate(questions or (NPS, WHY_LOW), start=1):
        SurveyQuestion.objects.create(survey=survey, position=position, **question)
    return survey


def survey_block(survey, **content):
    new = {field.name: field.empty for field in BLOCK_KINDS["survey"].fields}
    return Block("survey", {**new, "survey": survey.pk, **content}, key=KEY)


def make_surveyed_touch(shop, survey, **fields):
    order = make_order(product=make_product(name="Kettle"))
    touch = make_touch(order.customer, order=order, survey=survey, **{"asks": "skip_message", **fields})
    version = touch.enrolment.version
    compiled = compile_text(written_text(blocks=[survey_block(survey)]), shop)
    version.program["steps"][0]["texts"] = {"email": {"en": compiled}}
    version.save()
    return touch
