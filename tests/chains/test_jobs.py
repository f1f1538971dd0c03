"""A long job in letters and on its customer's page."""

import datetime as dt

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from chains.engine.run import tick
from chains.messages.written import Block
from chains.models import Touch
from crm.jobs import jobs
from crm.jobs.status import tell_due
from crm.models import Case, JobPicture
from tests.chains.factories import live_chain, make_template, message, write
from tests.conftest import NOW
from tests.crm.test_jobs import make_job

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def outsider(shop):
    return Client(enforce_csrf_checks=True)


def page_of(job):
    return reverse("chains:job", args=[job.token])


def waiting_stage(job):
    return jobs.reach_stage(job.stages.get(name="Tiles"), words="Laid", at=NOW)


def test_looking_at_the_page_changes_nothing(outsider):
    job = make_job()
    stage = waiting_stage(job)

    text = outsider.get(page_of(job)).text
    outsider.head(page_of(job))

    stage.refresh_from_db()
    assert stage.is_waiting
    for told in ("Bathroom", "Is “Tiles” right?", "Yes, I accept it", "Free the room", "Noise?"):
        assert told in text


def test_the_customer_accepts_with_one_press(outsider):
    job = make_job()
    stage = waiting_stage(job)

    answered = outsider.post(page_of(job), {"stage": stage.pk, "answer": "accept"}, follow=True)
    outsider.post(page_of(job), {"stage": stage.pk, "answer": "accept"})

    stage.refresh_from_db()
    assert stage.accepted_at
    assert "Thank you" in answered.text
    assert answered["Cache-Control"] == "no-store"


def test_the_customer_says_what_is_not_right(outsider):
    job = make_job()
    stage = waiting_stage(job)

    empty = outsider.post(page_of(job), {"stage": stage.pk, "answer": "refuse", "words": " "})
    assert (empty.status_code, Case.objects.count()) == (400, 0)
    outsider.post(page_of(job), {"stage": stage.pk, "answer": "refuse", "words": "<script>A crack"})

    assert Case.objects.get().body == "<script>A crack"
    assert "<script>A crack" not in outsider.get(page_of(job)).text


def test_a_stage_of_another_job_is_not_answered_here(outsider):
    mine, other = make_job(), make_job(name="Kitchen")
    stage = waiting_stage(other)

    response = outsider.post(page_of(mine), {"stage": stage.pk, "answer": "accept"})

    stage.refresh_from_db()
    assert (response.status_code, stage.accepted_at) == (400, None)


@pytest.mark.parametrize("token", ["nothing", "x\0y", "preview"])
def test_a_link_of_nobody_is_answered_in_words(outsider, token):
    response = outsider.get(f"/m/j/{token}/".replace("\0", "%00"))

    assert response.status_code == (200 if token == "preview" else 404)
    assert response["Cache-Control"] == "no-store"


def test_pictures_are_shown_to_whoever_has_the_link_of_their_job_alone(outsider):
    mine, other = make_job(), make_job(name="Kitchen")
    kept = JobPicture.objects.create(job=mine, content=b"jpeg", extension="jpg", width=1, height=1)

    assert outsider.get(reverse("chains:job_picture", args=[mine.token, kept.pk])).content == b"jpeg"
    assert outsider.get(reverse("chains:job_picture", args=[other.token, kept.pk])).status_code == 404


def letter_of(shows, event, **more):
    template = make_template(subject="Your job")
    block = Block("job", {"shows": shows, "if_none": "skip_message"})
    write(template, blocks=[block])
    live_chain(message(template=template), event=event, at=NOW - DAY, **more)


@pytest.mark.parametrize(
    ("shows", "event", "words"),
    [
        ("plan", "job.started", ["Measuring", "Free the room, Choose tiles", "Noise?", "See the whole plan"]),
        ("state", "job.status_due", ["Done: Measuring", "All straight", "Next: Tiles"]),
        ("acceptance", "job.acceptance_asked", ["Done: Tiles", "Laid", "Look at it and answer"]),
        ("report", "job.closed", ["What was done", "Walls and tiles", "Look at the joints", "See the report"]),
    ],
)
def test_a_letter_tells_of_the_job(shop, shows, event, words):
    letter_of(shows, event)
    job = make_job(status_weekday=3)
    measuring = job.stages.get(name="Measuring")
    if shows != "plan":
        jobs.reach_stage(measuring, words="All straight", at=NOW)
    if shows == "state":
        assert tell_due(NOW + 2 * DAY) == 1
    if shows in {"acceptance", "report"}:
        tiles = waiting_stage(job)
    if shows == "report":
        jobs.accept_stage(tiles, at=NOW)
        end = {"next_words": "Look at the joints", "next_on": None}
        jobs.close_job(job, report="Walls and tiles", at=NOW, **end)

    tick(NOW + 2 * DAY)

    assert Touch.objects.get().status == Touch.Status.SENT
    [letter] = mail.outbox
    html = letter.alternatives[0][0]
    for said in words:
        assert said in letter.body
        assert said in html


def test_no_letter_asks_for_an_answer_that_was_given_meanwhile(shop):
    letter_of("acceptance", "job.acceptance_asked")
    job = make_job()
    jobs.accept_stage(waiting_stage(job), at=NOW + HOUR)

    tick(NOW + 2 * HOUR)

    assert Touch.objects.get().status == Touch.Status.SKIPPED
    assert mail.outbox == []
