"""Cases whose customers say no word are closed by themselves, as the settings say."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TASK, EVERY, NAME = "crm.tasks.close_silent_cases", 60, _("Close cases whose customers say no word")


def schedule(apps, schema_editor):
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    interval, _is_new = intervals.get_or_create(every=EVERY, period="minutes")
    with translation.override(settings.LANGUAGE_CODE):
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
            task=TASK, defaults={"name": gettext(NAME), "interval": interval, "expire_seconds": EVERY * 60}
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0019_staff_tasks_move"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
