from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext as _

TASK = "crm.tasks.watch_loyalty"


def schedule(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule")
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    night, _is_new = crontabs.objects.get_or_create(
        minute="0", hour="4", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    # The row is staff's to read and change, so it is named in the shop's language.
    with translation.override(settings.LANGUAGE_CODE):
        name = _("Points and coupons that expire")
    tasks.objects.get_or_create(task=TASK, defaults={"name": name, "crontab": night})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0002_score_customers_every_night"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
