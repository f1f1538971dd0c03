from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext as _

TASK = "chains.tasks.send_test_orders"


def schedule(apps, schema_editor):
    interval, _is_new = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=10, period="seconds"
    )
    # The row is staff's to read and change, so it is named in the shop's language.
    with translation.override(settings.LANGUAGE_CODE):
        name = _("Send test orders")
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        task=TASK, defaults={"name": name, "interval": interval, "expire_seconds": 10}
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0003_schedule_what_comes_back"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
