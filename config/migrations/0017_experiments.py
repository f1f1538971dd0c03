"""When experiments and control groups are counted anew."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

COUNT, COUNT_MINUTES, COUNT_NAME = "chains.tasks.count_experiments", 30, _("Count experiments and control groups")


def schedule(apps, schema_editor):
    intervals, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("IntervalSchedule", "PeriodicTask")
    )
    interval, _is_new = intervals.get_or_create(every=COUNT_MINUTES, period="minutes")
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(
            task=COUNT,
            defaults={"name": gettext(COUNT_NAME), "interval": interval, "expire_seconds": COUNT_MINUTES * 60},
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=COUNT).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0016_health_overrides"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
