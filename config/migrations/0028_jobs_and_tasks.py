"""Who runs jobs, that managers may give tasks too, and when it is looked whose status is due."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

RIGHTS = {
    "Support": ("view_job", "change_job", "view_jobtemplate"),
    "Marketing": ("view_job", "view_jobtemplate"),
    "Managers": (
        "view_job",
        "change_job",
        "view_jobtemplate",
        "add_jobtemplate",
        "change_jobtemplate",
        "change_stafftask",
    ),
}
TASK, MINUTE, NAME = "crm.tasks.tell_job_statuses", 7, _("Tell that the status of open jobs is due")


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
    """Every hour of the day: the first finds them, and one that was missed is made up for."""
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    hourly, _is_new = crontabs.get_or_create(hour="9-20", minute=MINUTE, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
            task=TASK, defaults={"name": gettext(NAME), "crontab": hourly}
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0027_reviews"),
        ("crm", "0040_tasks_pain_and_jobs"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
