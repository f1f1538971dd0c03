from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext as _

TASK = "analytics.tasks.predict_customers"


def schedule(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule")
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    night, _is_new = crontabs.objects.get_or_create(
        minute="45", hour="3", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    # The row is staff's to read and change, so it is named in the shop's language.
    with translation.override(settings.LANGUAGE_CODE):
        name = _("Predict what to expect of customers every night")
    tasks.objects.get_or_create(task=TASK, defaults={"name": name, "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_schedule"),
        ("crm", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
