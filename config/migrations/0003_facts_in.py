"""Who sees and connects sources of facts, and when what they sent is applied."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

RIGHTS = {
    "Support": ("view_source", "view_delivery"),
    "Managers": ("view_source", "add_source", "change_source", "view_delivery", "change_delivery"),
}
APPLY, APPLY_SECONDS, APPLY_NAME = "crm.tasks.apply_deliveries", 5, _("Apply what sources sent")
FORGET, FORGET_AT, FORGET_NAME = "crm.tasks.forget_payloads", (4, 15), _("Forget what applied deliveries held")


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
    interval, _is_new = intervals.get_or_create(every=APPLY_SECONDS, period="seconds")
    hour, minute = FORGET_AT
    night, _is_new = crontabs.get_or_create(hour=hour, minute=minute, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(
            task=APPLY,
            defaults={"name": gettext(APPLY_NAME), "interval": interval, "expire_seconds": APPLY_SECONDS},
        )
        tasks.get_or_create(task=FORGET, defaults={"name": gettext(FORGET_NAME), "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task__in=[APPLY, FORGET]).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_schedule"),
        ("crm", "0002_sources_of_facts"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
