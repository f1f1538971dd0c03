from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext as _

MAILBOX, REPUTATION = "chains.tasks.read_mailbox", "chains.tasks.watch_reputation"


def schedule(apps, schema_editor):
    # The rows are staff's to read and change, so they are named in the shop's language.
    with translation.override(settings.LANGUAGE_CODE):
        names = {MAILBOX: (_("Read replies from the mailbox"), 1), REPUTATION: (_("Watch spam reports"), 5)}
    for task, (name, minutes) in names.items():
        interval, _is_new = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
            every=minutes, period="minutes"
        )
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
            task=task, defaults={"name": name, "interval": interval, "expire_seconds": minutes * 60}
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task__in=[MAILBOX, REPUTATION]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0002_schedule"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
