"""Two real processes at the tasks of one customer, and at one stage of a job."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from crm.jobs import jobs
from crm.models import Case, Event, JobTemplate, StaffTask
from tests.conftest import NOW, make_customer, make_order
from tests.faults.test_facts_race import finish, start

pytestmark = pytest.mark.django_db(transaction=True)

ASK = """
from django.contrib.auth.models import User
from crm.service import hidden_pain, praise
for customer in Customer.objects.order_by("pk"):
    hidden_pain.ask_for_call(customer, at=now, by=User.objects.get())
    praise.thank_for_praise(customer, "Lovely", at=now)
"""
CLOSE = """
from crm.models import StaffTask
from crm.service.staff_tasks import close_task
for task in StaffTask.objects.order_by("pk"):
    close_task(task, status="done", outcome=name, at=now, by=None)
"""
ANSWER = """
from crm.jobs import jobs
from crm.models import JobStage
for stage in JobStage.objects.order_by("pk"):
    if name == "accept":
        jobs.accept_stage(stage, at=now)
    else:
        jobs.refuse_stage(stage, words="A crack", at=now)
"""


def test_two_presses_at_once_make_one_task_of_each_kind(shop):
    User.objects.create_user("bob", is_staff=True)
    for _one in range(10):
        make_customer(consent=False)

    finish(start(ASK, "a", "b"))

    assert StaffTask.objects.filter(reason="hidden_pain").count() == 10
    assert StaffTask.objects.filter(reason="praise").count() == 10


def test_a_task_is_closed_by_one_of_two(shop):
    ann = make_customer(consent=False)
    for number in range(20):
        StaffTask.objects.create(customer=ann, title=f"Call {number}", due_at=NOW)

    finish(start(CLOSE, "a", "b"))

    outcomes = dict(StaffTask.objects.values_list("pk", "outcome"))
    assert Event.objects.filter(kind="task.closed").count() == 20
    assert set(outcomes.values()) <= {"a", "b"}


def test_a_stage_gets_one_answer(shop):
    template = JobTemplate.objects.create(name="Repair")
    for number in range(15):
        template.stages.create(name=f"Stage {number}", position=number, needs_acceptance=True)
    job = jobs.start_job(make_order(), template, at=NOW - dt.timedelta(days=1))
    for stage in job.stages.all():
        jobs.reach_stage(stage, words="", at=NOW - dt.timedelta(hours=1))

    finish(start(ANSWER, "accept", "refuse"))

    accepted = job.stages.filter(accepted_at__isnull=False).count()
    refused = job.stages.filter(refused_at__isnull=False).count()
    assert accepted + refused == 15
    assert Case.objects.count() == refused
    assert Event.objects.filter(kind__in=("job.accepted", "job.refused")).count() == 15
