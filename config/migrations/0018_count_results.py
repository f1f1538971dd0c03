"""The results of chains are counted as touches and orders change."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TASK, NAME = "chains.tasks.count_results", _("Count the results of chains")
DESCRIPTION = _("Does something only when messages or orders have changed, and rests in proportion to the work.")


def schedule(apps, schema_editor):
    intervals, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("IntervalSchedule", "PeriodicTask")
    )
    minute, _is_new = intervals.get_or_create(every=1, period="minutes")
    with translation.override(settings.LANGUAGE_CODE):
        defaults = {
            "name": gettext(NAME),
            "description": gettext(DESCRIPTION),
            "interval": minute,
            "expire_seconds": 60,
        }
    tasks.get_or_create(task=TASK, defaults=defaults)


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [("config", "0017_experiments")]

    operations = [migrations.RunPython(schedule, unschedule)]
