"""Marketers and managers make surveys; support reads them, as they read what customers answered."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EDITING = ("view_survey", "add_survey", "change_survey", "delete_survey", "view_surveyquestion", "add_surveyquestion",
           "change_surveyquestion", "delete_surveyquestion")  # fmt: skip
RIGHTS = {"Marketing": EDITING, "Managers": EDITING, "Support": ("view_survey", "view_surveyquestion")}


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


class Migration(migrations.Migration):
    dependencies = [("config", "0021_conversations"), ("crm", "0033_surveys")]

    operations = [migrations.RunPython(give_rights, keep_rights)]
