"""When visits that nobody claimed are forgotten."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

FORGET, FORGET_AT, FORGET_NAME = "crm.tasks.forget_visits", (4, 30), _("Forget visits of people nobody knows")


def schedule(apps, schema_editor):
    crontabs, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("CrontabSchedule", "PeriodicTask")
    )
    hour, minute = FORGET_AT
    night, _is_new = crontabs.get_or_create(hour=hour, minute=minute, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(task=FORGET, defaults={"name": gettext(FORGET_NAME), "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=FORGET).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0008_privacy_requests"),
        ("crm", "0010_anonymous_visits"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
