"""When the files that customers sent to the bot are fetched, should the bell have been missed."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

FETCH, FETCH_SECONDS, FETCH_NAME = (
    "chains.tasks.fetch_telegram_files",
    60,
    _("Fetch files that customers sent by Telegram"),
)


def schedule(apps, schema_editor):
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    interval, _is_new = intervals.get_or_create(every=FETCH_SECONDS, period="seconds")
    with translation.override(settings.LANGUAGE_CODE):
        defaults = {"name": gettext(FETCH_NAME), "interval": interval, "expire_seconds": FETCH_SECONDS}
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(task=FETCH, defaults=defaults)


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=FETCH).delete()


class Migration(migrations.Migration):
    dependencies = [("config", "0012_sign_up_forms")]

    operations = [migrations.RunPython(schedule, unschedule)]
