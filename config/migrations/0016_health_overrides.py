"""Managers may publish a chain in spite of a rule of the health check."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLE = "Managers"
RIGHTS = ("view_healthoverride", "override_health")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("chains")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="chains")
    group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=ROLE)
    group.permissions.add(*permissions.filter(codename__in=RIGHTS))


def keep_rights(apps, schema_editor):
    """They go with their model."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0015_learn_recommendations"),
        ("chains", "0014_health_overrides"),
    ]

    operations = [migrations.RunPython(give_rights, keep_rights)]
