"""When it is learnt what customers buy next."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

LEARN, (HOUR, MINUTE), LEARN_NAME = (
    "crm.tasks.learn_recommendations",
    (3, 15),
    _("Learn every night what customers buy next"),
)


def schedule(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    night, _is_new = crontabs.get_or_create(hour=HOUR, minute=MINUTE, timezone=settings.TIME_ZONE)
    with translation.override(settings.LANGUAGE_CODE):
        defaults = {"name": gettext(LEARN_NAME), "crontab": night}
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(task=LEARN, defaults=defaults)


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=LEARN).delete()


class Migration(migrations.Migration):
    dependencies = [("config", "0014_log_ins")]

    operations = [migrations.RunPython(schedule, unschedule)]
