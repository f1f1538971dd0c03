"""Who decides about reviews and how the shop asks for them; those nobody decided about are published by themselves."""

from django.contrib.auth.management import create_permissions
from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

DECIDE = ("view_review", "change_review", "view_reviewphoto")
SET_UP = ("view_reviewsettings", "change_reviewsettings")
RIGHTS = {"Support": DECIDE, "Marketing": DECIDE + SET_UP, "Managers": DECIDE + SET_UP}
TASK, EVERY_HOURS, NAME = "crm.tasks.publish_reviews", 1, _("Publish reviews nobody decided about")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="crm")
    for role, codenames in RIGHTS.items():
        group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions.filter(codename__in=codenames))


def schedule(apps, schema_editor):
    intervals, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("IntervalSchedule", "PeriodicTask")
    )
    hourly, _is_new = intervals.get_or_create(every=EVERY_HOURS, period="hours")
    with translation.override(settings.LANGUAGE_CODE):
        tasks.get_or_create(task=TASK, defaults={"name": gettext(NAME), "interval": hourly, "expire_seconds": 3600})


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [("config", "0026_rights_of_subscriptions"), ("crm", "0037_reviews")]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
