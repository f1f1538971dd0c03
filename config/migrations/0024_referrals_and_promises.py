"""Who looks after recommendations and promises, and when recommendations are settled."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

RIGHTS = {
    "Support": ("view_referral", "add_referral", "view_promise", "view_promisebreach", "add_promisebreach"),
    "Marketing": (
        "view_referral",
        "view_referralcode",
        "view_referralprogramme",
        "change_referralprogramme",
        "view_promise",
        "view_promisebreach",
    ),
    "Managers": (
        "view_referral",
        "add_referral",
        "change_referral",
        "view_referralcode",
        "view_referralprogramme",
        "change_referralprogramme",
        "view_promise",
        "add_promise",
        "change_promise",
        "view_promisebreach",
        "add_promisebreach",
        "delete_promisebreach",
    ),
}
TASK, NAME = "crm.tasks.settle_referrals", _("Settle recommendations")
DESCRIPTION = _("Finds the orders that came by a recommendation, and gives both their rewards when they count.")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="crm")
    for role, codenames in RIGHTS.items():
        group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions.filter(codename__in=codenames))


def keep_rights(apps, schema_editor):
    """They go with their models."""


def schedule(apps, schema_editor):
    intervals, tasks = (
        apps.get_model("django_celery_beat", name).objects for name in ("IntervalSchedule", "PeriodicTask")
    )
    minute, _is_new = intervals.get_or_create(every=1, period="minutes")
    with translation.override(settings.LANGUAGE_CODE):
        defaults = {
            "name": gettext(NAME),
            "description": gettext(DESCRIPTION),
            "interval": minute,
            "expire_seconds": 60,
        }
    tasks.get_or_create(task=TASK, defaults=defaults)


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [("config", "0023_loyalty"), ("crm", "0035_referrals_and_promises")]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
