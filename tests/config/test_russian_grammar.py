"""Numbers and nouns stand in their right cases, also in words that come from Django and unfold."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import override

from chains.definition.step_kinds import step_sentence
from chains.models import Step
from tests.segments.conftest import make_segment

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_the_button_that_deletes_names_no_noun(admin_client):
    page = reverse("admin:segments_segment_change", args=[make_segment(name="Anglers").pk])

    answer = admin_client.get(page, headers={"accept-language": "ru"}).content.decode()

    assert "Удалить" in answer
    assert "сегмент" not in answer.split("Удалить", 1)[1].split("<", 1)[0]


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [(1, "days", "1 дня"), (4, "days", "4 дней"), (21, "hours", "21 часа"), (2, "weeks", "2 недель")],
)
def test_a_limit_stands_in_the_genitive(amount, unit, words):
    step = Step(kind="wait", wait="event", wait_event="message.clicked", wait_amount=amount, wait_unit=unit)

    with override("ru"):
        assert step_sentence(step) == f"ждать события: переход по ссылке; не дольше {words}"


@pytest.mark.parametrize(
    ("ago", "words"),
    [(dt.timedelta(weeks=1), "1 неделю"), (dt.timedelta(minutes=21), "21 минуту"), (dt.timedelta(days=2), "2 дня")],
)
def test_how_long_ago_it_was_stands_in_the_accusative(ago, words):
    with override("ru"):
        assert timesince(NOW - ago, NOW).replace("\xa0", " ") == words
