"""Who sees and types exchange rates."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "Marketing": ("view_exchangerate",),
    "Managers": ("view_exchangerate", "add_exchangerate", "change_exchangerate"),
}


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
    dependencies = [
        ("config", "0003_facts_in"),
        ("crm", "0004_order_currencies"),
    ]

    operations = [migrations.RunPython(give_rights, keep_rights)]
