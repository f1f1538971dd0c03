"""What nobody needs any more is gone the night after; what is in use stays."""

import datetime as dt
import os

import pytest
from axes.models import AccessFailureLog, AccessLog
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.forgetting import forget_what_is_old
from config.log_in import two_step
from crm.intake.files import uploads
from crm.models import VisitorAllowance

pytestmark = pytest.mark.django_db


@pytest.fixture
def imports(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return uploads.folder()


def test_an_upload_that_nobody_confirmed_is_gone_after_a_day(imports):
    old, rejected, young = imports / "old", imports / "old.rejected.csv", imports / "young"
    for path, hours in ((old, 25), (rejected, 25), (young, 23)):
        path.write_text("Ann")
        moment = timezone.now().timestamp() - hours * 3600
        os.utime(path, (moment, moment))

    assert forget_what_is_old(timezone.now()) == 2
    assert list(imports.iterdir()) == [young]
    assert forget_what_is_old(timezone.now()) == 0


def test_old_sessions_log_ins_and_limits_go_and_young_ones_stay(imports):
    now = timezone.now()
    for days in (-1, 1):
        Session.objects.create(session_key=f"key{days}", session_data="", expire_date=now + dt.timedelta(days=days))
        VisitorAllowance.objects.create(key=f"key{days}", settled_at=now + dt.timedelta(days=days))
    for days, model in ((91, AccessLog), (89, AccessLog), (91, AccessFailureLog), (89, AccessFailureLog)):
        row = model.objects.create(username=f"{days}")
        model.objects.filter(pk=row.pk).update(attempt_time=now - dt.timedelta(days=days))

    assert forget_what_is_old(now) == 4
    assert [session.session_key for session in Session.objects.all()] == ["key1"]
    assert [row.username for model in (AccessLog, AccessFailureLog) for row in model.objects.all()] == ["89", "89"]


def test_a_second_step_that_was_begun_and_not_confirmed_is_forgotten(imports):
    anna, bob = (User.objects.create_user(name) for name in ("anna", "bob"))
    two_step.begun(anna)
    two_step.begun(bob)
    long_ago = timezone.now() - dt.timedelta(days=2)
    TOTPDevice.objects.update(created_at=long_ago)
    TOTPDevice.objects.filter(user=bob).update(confirmed=True)

    forget_what_is_old(timezone.now())

    assert TOTPDevice.objects.get().user == bob


def test_it_runs_every_night():
    task = PeriodicTask.objects.get(task="config.tasks.forget_what_is_old")

    assert (task.enabled, task.crontab.hour, task.crontab.minute) == (True, "4", "35")
