"""When catalogue feeds are fetched."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

FETCH, FETCH_AT, FETCH_NAME = "crm.tasks.fetch_feeds", (3, 20), _("Fetch catalogue feeds")


def schedule(apps, schema_editor):
    hour, minute = FETCH_AT
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    night, _is_new = crontabs.get_or_create(hour=hour, minute=minute, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        name = gettext(FETCH_NAME)
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    tasks.get_or_create(task=FETCH, defaults={"name": name, "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=FETCH).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0004_exchange_rates"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
