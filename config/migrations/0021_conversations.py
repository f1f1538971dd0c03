"""Who writes ready answers, who sees goodwill and may exceed its limits; and when the bot and the question are due."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

READY_ANSWERS = ("view_readyanswer", "add_readyanswer", "change_readyanswer", "delete_readyanswer")
TEXTS = tuple(f"{name}text" for name in READY_ANSWERS)
RIGHTS = {
    "Support": (*READY_ANSWERS, *TEXTS, "view_goodwill"),
    "Marketing": ("view_readyanswer", "view_readyanswertext", "view_goodwill"),
    "Managers": (*READY_ANSWERS, *TEXTS, "view_goodwill", "exceed_goodwill"),
}
BOT, BOT_SECONDS, BOT_NAME = "chains.tasks.send_bot_answers", 60, _("Send the bot's answers")
ASK, ASK_SECONDS, ASK_NAME = "crm.tasks.ask_whether_content", 3600, _("Ask whether all is well")


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
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    for task, seconds, name in ((BOT, BOT_SECONDS, BOT_NAME), (ASK, ASK_SECONDS, ASK_NAME)):
        interval, _is_new = intervals.get_or_create(every=seconds, period="seconds")
        with translation.override(settings.LANGUAGE_CODE):
            defaults = {"name": gettext(name), "interval": interval, "expire_seconds": seconds}
            tasks.get_or_create(task=task, defaults=defaults)


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task__in=[BOT, ASK]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0020_close_silent_cases"),
        ("crm", "0032_conversations"),
    ]

    operations = [
        migrations.RunPython(give_rights, keep_rights),
        migrations.RunPython(schedule, unschedule),
    ]
