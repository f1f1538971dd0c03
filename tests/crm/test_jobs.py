import datetime as dt
import io

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from crm.jobs import jobs
from crm.jobs.shown import job_for_order, questions
from crm.jobs.status import tell_due
from crm.models import Case, Event, Job, JobPicture, JobTemplate, Milestone
from tests.conftest import NOW, make_customer, make_order, make_product
from tests.crm.test_admin_customer import sign_in

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def make_template(**fields):
    fields = {"name": "Bathroom", "prepare": "Free the room\n\nChoose tiles", "faq": "Noise?\nSome", **fields}
    template = JobTemplate.objects.create(**fields)
    template.stages.create(name="Measuring", days=2, position=0)
    template.stages.create(name="Tiles", days=14, position=1, needs_acceptance=True)
    return template


def make_job(*, at=NOW, **fields):
    order = make_order(customer=make_customer(), placed_at=at, kind="service")
    return jobs.start_job(order, make_template(**fields), at=at)


def told(job):
    return list(
        Event.objects.filter(order=job.order, kind__startswith="job.").order_by("pk").values_list("kind", flat=True)
    )


def test_a_job_begins_by_its_template_once():
    job = make_job(status_weekday=3)

    again = jobs.start_job(job.order, job.template, at=NOW + DAY)

    assert again == job
    assert [(stage.name, stage.due_on - NOW.date()) for stage in job.stages.all()] == [
        ("Measuring", 2 * DAY),
        ("Tiles", 14 * DAY),
    ]
    assert told(job) == ["job.started"]


def test_a_later_change_of_the_template_changes_no_job_under_way():
    job = make_job()
    job.template.stages.create(name="Light", position=2)
    JobTemplate.objects.update(prepare="Nothing")

    shown = job_for_order(job.order)

    assert [stage.name for stage in shown.stages] == ["Measuring", "Tiles"]
    assert shown.prepare == ["Free the room", "Choose tiles"]
    assert shown.faq == [("Noise?", "Some")]


def test_a_stage_that_is_done_is_a_milestone_and_asks_where_it_is_accepted():
    job = make_job()
    measuring, tiles = job.stages.all()

    jobs.reach_stage(measuring, words="All straight", at=NOW + HOUR)
    jobs.reach_stage(tiles, words="Laid", at=NOW + 2 * HOUR)
    jobs.reach_stage(tiles, words="Laid twice", at=NOW + 3 * HOUR)

    shown = job_for_order(job.order)
    assert [(stage.state, stage.words) for stage in shown.stages] == [("done", "All straight"), ("waiting", "Laid")]
    assert set(Milestone.objects.values_list("name", flat=True)) == {"Measuring", "Tiles"}
    assert told(job) == ["job.started", "job.acceptance_asked"]


def test_an_accepted_stage_is_settled_by_the_first_answer():
    job = make_job()
    tiles = jobs.reach_stage(job.stages.get(name="Tiles"), words="", at=NOW)

    jobs.accept_stage(tiles, at=NOW + HOUR)
    jobs.accept_stage(tiles, at=NOW + 2 * HOUR)
    jobs.refuse_stage(tiles, words="No", at=NOW + 2 * HOUR)

    tiles.refresh_from_db()
    assert (tiles.accepted_at, tiles.refused_at) == (NOW + HOUR, None)
    assert not Case.objects.exists()
    assert told(job).count("job.accepted") == 1


def test_a_refused_stage_opens_one_complaint_and_is_done_again():
    job = make_job()
    bob = User.objects.create_user("bob", is_staff=True)
    job.order.responsible = bob
    job.order.save()
    tiles = jobs.reach_stage(job.stages.get(name="Tiles"), words="", at=NOW)

    jobs.refuse_stage(tiles, words="A crack", at=NOW + HOUR)
    jobs.refuse_stage(tiles, words="A crack", at=NOW + HOUR)
    case = Case.objects.get()
    assert (case.kind, case.subject, case.body, case.owner) == ("complaint", "Not accepted: Tiles", "A crack", bob)
    tiles = jobs.reach_stage(tiles, words="Replaced", at=NOW + DAY)
    assert tiles.is_waiting
    jobs.refuse_stage(tiles, words="Another crack", at=NOW + DAY + HOUR)

    assert Case.objects.count() == 2


def test_a_refusal_says_what_is_not_right():
    job = make_job()
    tiles = jobs.reach_stage(job.stages.get(name="Tiles"), words="", at=NOW)

    with pytest.raises(ValueError, match="what is not right"):
        jobs.refuse_stage(tiles, words=" ", at=NOW)

    tiles.refresh_from_db()
    assert tiles.is_waiting


def test_a_stage_noted_by_mistake_is_taken_back():
    job = make_job()
    measuring = jobs.reach_stage(job.stages.get(name="Measuring"), words="", at=NOW)

    jobs.take_back_stage(measuring, at=NOW + HOUR)

    measuring.refresh_from_db()
    assert measuring.reached_at is None
    assert not Milestone.objects.exists()


def test_a_job_is_finished_when_every_stage_is_done_and_accepted():
    job = make_job()
    end = {"report": "Walls and tiles", "next_words": "Look at the joints", "next_on": NOW.date(), "at": NOW + DAY}
    with pytest.raises(ValueError, match="“Measuring” is not done"):
        jobs.close_job(job, **end)
    measuring, tiles = job.stages.all()
    jobs.reach_stage(measuring, words="", at=NOW)
    tiles = jobs.reach_stage(tiles, words="", at=NOW)
    with pytest.raises(ValueError, match="not accepted “Tiles”"):
        jobs.close_job(job, **end)
    jobs.accept_stage(tiles, at=NOW)
    with pytest.raises(ValueError, match="what was done"):
        jobs.close_job(job, **{**end, "report": " "})

    jobs.close_job(job, **end)
    jobs.close_job(job, **end)

    job.refresh_from_db()
    job.order.refresh_from_db()
    assert (job.closed_at, job.order.delivered_at) == (NOW + DAY, NOW + DAY)
    assert told(job).count("job.closed") == 1


def test_the_status_of_an_open_job_is_due_once_on_its_day():
    job, other = make_job(status_weekday=3), make_job(name="Kitchen", status_weekday=4)
    thursday = NOW + 2 * DAY

    assert [tell_due(NOW + days * DAY) for days in (0, 1)] == [0, 0]
    assert [tell_due(thursday), tell_due(thursday + HOUR)] == [1, 0]
    assert tell_due(thursday + 7 * DAY) == 1

    assert told(job).count("job.status_due") == 2
    assert told(other).count("job.status_due") == 0


def test_no_status_is_due_of_a_job_that_is_finished_or_began_today():
    job = make_job(status_weekday=1)

    assert tell_due(NOW) == 0
    Job.objects.update(closed_at=NOW + DAY)
    assert tell_due(NOW + 7 * DAY) == 0

    assert told(job) == ["job.started"]


def test_questions_are_read_by_their_empty_lines():
    text = "Noise?\r\nSome.\r\nNot at night.\r\n\r\n\r\nDust?\r\nYes"

    assert questions(text) == [("Noise?", "Some.\nNot at night."), ("Dust?", "Yes")]


@pytest.fixture
def agent(client, shop):
    return sign_in(client, "Support")


def test_staff_begin_a_job_on_the_page_of_its_order_and_run_it(client, agent):
    template, course = make_template(), make_product(name="Renovation", kind="service")
    template.products.add(course)
    order = make_order(product=course, kind="service")
    assert "Begin a job" in client.get(reverse("admin:crm_order_change", args=[order.pk])).text

    begin = {"template": template.pk, "responsible": agent.pk}
    client.post(reverse("admin:crm_order_do", args=[order.pk, "job"]), begin)
    job = Job.objects.get()
    page = reverse("admin:crm_job_change", args=[job.pk])
    measuring, tiles = job.stages.all()
    for stage in (measuring, tiles):
        client.post(reverse("admin:crm_job_do", args=[job.pk, "reach"]), {"stage": stage.pk, "words": "Fine"})
    client.post(reverse("admin:crm_job_do", args=[job.pk, "accept"]), {"stage": tiles.pk})
    end = {"report": "All of it", "next_words": "", "next_on": ""}
    client.post(reverse("admin:crm_job_do", args=[job.pk, "close"]), end)

    order.refresh_from_db()
    assert order.responsible == agent
    assert order.delivered_at
    assert "finished" in client.get(page).text


def picture(name="tiles.png"):
    made = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(made, "PNG")
    return SimpleUploadedFile(name, made.getvalue(), "image/png")


def test_pictures_are_decoded_and_made_anew(client, agent):
    job = make_job()
    hostile = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>", "image/png")

    page = client.post(
        reverse("admin:crm_job_photos", args=[job.pk]), {"photos": [picture(), hostile], "taken": "after"}, follow=True
    )

    kept = JobPicture.objects.get()
    assert (kept.taken, kept.extension, kept.width, kept.height) == ("after", "jpg", 30, 20)
    assert "x.svg: This is no picture that can be read" in page.text
    shown = client.get(reverse("admin:crm_job_photo", args=[job.pk, kept.pk]))
    assert shown["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "open"}, {"Late", "Waiting"}),
        ({"state": "overdue"}, {"Late"}),
        ({"state": "waiting"}, {"Waiting"}),
        ({"state": "closed"}, {"Closed"}),
        ({"stage": "Measuring"}, {"Late"}),
    ],
)
def test_the_list_finds_jobs_by_what_they_need(client, agent, query, names):
    make_job(name="Late")
    waiting, closed = make_job(name="Waiting"), make_job(name="Closed")
    waiting.stages.filter(name="Measuring").update(reached_at=NOW)
    jobs.reach_stage(waiting.stages.get(name="Tiles"), words="", at=NOW)
    Job.objects.filter(pk=closed.pk).update(closed_at=NOW)

    page = client.get(reverse("admin:crm_job_changelist"), query)

    assert {job.name for job in page.context["cl"].result_list} == names
