"""When what goes with what is counted, and who may have it counted now."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TASK, (HOUR, MINUTE), NAME = "analytics.tasks.count_goods", (4, 15), _("Count every night what goes with what")
ROLES = ("Marketing", "Managers")


def schedule(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    night, _is_new = crontabs.get_or_create(hour=HOUR, minute=MINUTE, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        defaults = {"name": gettext(NAME), "crontab": night}
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(task=TASK, defaults=defaults)


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


def give_rights(apps, schema_editor):
    app = apps.get_app_config("analytics")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    right = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="analytics", codename="count_goods"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=ROLES):
        group.permissions.add(right)


def take_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0029_targets"),
        ("analytics", "0004_goods"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(schedule, unschedule),
        migrations.RunPython(give_rights, take_rights),
    ]
