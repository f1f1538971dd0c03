"""Who sees and connects webhooks to other systems, and when they are sent and cleared away."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

RIGHTS = {
    "Managers": (
        "view_webhookendpoint",
        "add_webhookendpoint",
        "change_webhookendpoint",
        "view_webhookmessage",
        "change_webhookmessage",
    ),
}
SEND, SEND_SECONDS, SEND_NAME = "crm.tasks.send_webhooks", 5, _("Tell other systems what happened")
CLEAR, CLEAR_AT, CLEAR_NAME = "crm.tasks.clear_webhooks", (4, 25), _("Clear away old messages to other systems")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="crm")
    for role, codenames in RIGHTS.items():
        group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions.filter(codename__in=codenames))


def schedule(apps, schema_editor):
    intervals, crontabs, tasks = (
        apps.get_model("django_celery_beat", name).objects
        for name in ("IntervalSchedule", "CrontabSchedule", "PeriodicTask")
    )
    interval, _is_new = intervals.get_or_create(every=SEND_SECONDS, period="seconds")
    hour, minute = CLEAR_AT
    night, _is_new = crontabs.get_or_create(hour=hour, minute=minute, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(
            task=SEND,
            defaults={"name": gettext(SEND_NAME), "interval": interval, "expire_seconds": SEND_SECONDS},
        )
        tasks.get_or_create(task=CLEAR, defaults={"name": gettext(CLEAR_NAME), "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task__in=[SEND, CLEAR]).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0009_anonymous_visits"),
        ("crm", "0011_webhooks_out"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
