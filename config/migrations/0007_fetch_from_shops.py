"""When the past of shops, and what they changed lately, is fetched: each time as far as it goes in some seconds."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

FETCH, FETCH_SECONDS, FETCH_NAME = "crm.tasks.fetch_from_shops", 5, _("Fetch from shops what they know")


def schedule(apps, schema_editor):
    intervals, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("IntervalSchedule", "PeriodicTask")
    )
    interval, _is_new = intervals.get_or_create(every=FETCH_SECONDS, period="seconds")
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(
            task=FETCH,
            defaults={"name": gettext(FETCH_NAME), "interval": interval, "expire_seconds": FETCH_SECONDS},
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=FETCH).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0006_companies"),
    ]

    operations = [
        migrations.RunPython(schedule, unschedule),
    ]
