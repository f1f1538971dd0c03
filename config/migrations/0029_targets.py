"""Who sets targets, and when it is read how far they have come."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

RIGHTS = {"Marketing": ("view_target",), "Managers": ("view_target", "add_target", "change_target")}
TASK, (HOUR, MINUTE), NAME = "analytics.tasks.read_targets", (4, 15), _("Read how far targets have come")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("analytics")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="analytics")
    for role, codenames in RIGHTS.items():
        group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions.filter(codename__in=codenames))


def schedule(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    night, _is_new = crontabs.get_or_create(hour=HOUR, minute=MINUTE, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
            task=TASK, defaults={"name": gettext(NAME), "crontab": night}
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0028_jobs_and_tasks"),
        ("analytics", "0003_targets"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
