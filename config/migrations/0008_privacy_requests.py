"""Who answers what people ask of those who keep their data, and when what takes long is carried out."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

MANAGERS, RIGHTS = "Managers", ("view_privacyrequest", "change_privacyrequest")
TASK, SECONDS, NAME = "crm.tasks.carry_out_privacy", 60, _("Erase the customers of shops that left")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="crm")
    group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=MANAGERS)
    group.permissions.add(*permissions.filter(codename__in=RIGHTS))


def schedule(apps, schema_editor):
    intervals, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("IntervalSchedule", "PeriodicTask")
    )
    interval, _is_new = intervals.get_or_create(every=SECONDS, period="seconds")
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(
            task=TASK, defaults={"name": gettext(NAME), "interval": interval, "expire_seconds": SECONDS}
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0007_fetch_from_shops"),
        ("crm", "0009_privacy_requests"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
