"""What beat wakes the worker for, and how often. The rows are staff's to read and change."""

from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# The task, how often, and what staff read in the schedule: a name and perhaps a description.
EVERY = [
    (
        "chains.tasks.run_engine",
        (5, "seconds"),
        _("Run chains"),
        _("Enrols, advances, checks and sends whatever is due."),
    ),
    ("chains.tasks.send_test_orders", (10, "seconds"), _("Send test orders"), ""),
    ("chains.tasks.read_mailbox", (1, "minutes"), _("Read replies from the mailbox"), ""),
    ("chains.tasks.watch_reputation", (5, "minutes"), _("Watch spam reports"), ""),
    (
        "segments.tasks.refresh_segments",
        (1, "minutes"),
        _("Refresh segments"),
        _("Looks every minute which segments are due; each is refreshed once in five minutes."),
    ),
    (
        "analytics.tasks.refresh_rollups",
        (1, "minutes"),
        _("Count the figures of the dashboard"),
        _("Does something only when orders have changed, and rests in proportion to the work."),
    ),
]
# The task, the hour and minute of the shop's night, its name.
NIGHTLY = [
    ("crm.tasks.score_customers", (3, 30), _("Score customers every night")),
    ("analytics.tasks.predict_customers", (3, 45), _("Predict what to expect of customers every night")),
    ("crm.tasks.watch_loyalty", (4, 0), _("Points and coupons that expire")),
]
SECONDS = {"seconds": 1, "minutes": 60}


def schedule(apps, schema_editor):
    intervals, crontabs, tasks = (
        apps.get_model("django_celery_beat", name).objects
        for name in ("IntervalSchedule", "CrontabSchedule", "PeriodicTask")
    )
    with translation.override(settings.LANGUAGE_CODE):
        for task, (every, period), name, description in EVERY:
            interval, _is_new = intervals.get_or_create(every=every, period=period)
            tasks.get_or_create(
                task=task,
                defaults={
                    "name": gettext(name),
                    "description": description and gettext(description),
                    "interval": interval,
                    # A worker that was down must not find a backlog of bells.
                    "expire_seconds": every * SECONDS[period],
                },
            )
        for task, (hour, minute), name in NIGHTLY:
            night, _is_new = crontabs.get_or_create(hour=hour, minute=minute, timezone=settings.TIME_ZONE)
            tasks.get_or_create(task=task, defaults={"name": gettext(name), "crontab": night})


def unschedule(apps, schema_editor):
    ours = [task for task, *_rest in EVERY + NIGHTLY]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task__in=ours).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_roles"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
