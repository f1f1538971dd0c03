"""Who edits sign-up forms, when their letters leave, and when unconfirmed sign-ups are forgotten."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

EVERYTHING = ("view_signupform", "add_signupform", "change_signupform")
RIGHTS = {"Marketing": EVERYTHING, "Managers": EVERYTHING}
SEND, SEND_SECONDS, SEND_NAME = "chains.tasks.send_confirmations", 60, _("Send letters of confirmation")
FORGET, FORGET_AT, FORGET_NAME = "chains.tasks.forget_sign_ups", (4, 25), _("Forget sign-ups nobody confirmed")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("chains")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="chains")
    for role, codenames in RIGHTS.items():
        group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions.filter(codename__in=codenames))


def schedule(apps, schema_editor):
    intervals, crontabs, tasks = (
        apps.get_model("django_celery_beat", name).objects
        for name in ("IntervalSchedule", "CrontabSchedule", "PeriodicTask")
    )
    interval, _is_new = intervals.get_or_create(every=SEND_SECONDS, period="seconds")
    hour, minute = FORGET_AT
    night, _is_new = crontabs.get_or_create(hour=hour, minute=minute, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(
            task=SEND, defaults={"name": gettext(SEND_NAME), "interval": interval, "expire_seconds": SEND_SECONDS}
        )
        tasks.get_or_create(task=FORGET, defaults={"name": gettext(FORGET_NAME), "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task__in=[SEND, FORGET]).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0011_may_import"),
        ("chains", "0006_sign_up_forms"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
