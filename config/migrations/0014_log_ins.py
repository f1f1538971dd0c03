"""Who sees the log of log-ins, and when what is old of it is cleared away."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

ROLE, CODENAMES = "Managers", ("view_accesslog", "view_accessfailurelog")
CLEAR, CLEAR_AT, CLEAR_NAME = "config.tasks.forget_what_is_old", (4, 35), _("Forget old sessions, log-ins and uploads")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("axes")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=ROLE)
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="axes")
    group.permissions.add(*permissions.filter(codename__in=CODENAMES))


def schedule(apps, schema_editor):
    crontabs, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("CrontabSchedule", "PeriodicTask")
    )
    hour, minute = CLEAR_AT
    night, _is_new = crontabs.get_or_create(hour=hour, minute=minute, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(task=CLEAR, defaults={"name": gettext(CLEAR_NAME), "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=CLEAR).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("axes", "0010_accessattemptexpiration"),
        ("config", "0013_telegram_files"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
