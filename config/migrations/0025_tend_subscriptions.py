"""When subscriptions are looked after, and when links to customers' pages leave, should the bell have been missed."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TASKS = (
    ("crm.tasks.tend_subscriptions", 300, _("Look after subscriptions")),
    ("chains.tasks.send_page_letters", 20, _("Send links and codes of customers' pages")),
)


def schedule(apps, schema_editor):
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    with translation.override(settings.LANGUAGE_CODE):
        for task, seconds, name in TASKS:
            interval, _is_new = intervals.get_or_create(every=seconds, period="seconds")
            defaults = {"name": gettext(name), "interval": interval, "expire_seconds": seconds}
            tasks.get_or_create(task=task, defaults=defaults)


def unschedule(apps, schema_editor):
    ours = [task for task, *_rest in TASKS]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task__in=ours).delete()


class Migration(migrations.Migration):
    dependencies = [("config", "0024_referrals_and_promises")]

    operations = [migrations.RunPython(schedule, unschedule)]
