"""Who may see and change subscriptions, and see what customers registered."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

LOOK = ("view_subscription", "view_subscriptionrenewal", "view_productregistration")
WORK = (*LOOK, "add_subscription", "change_subscription")
RIGHTS = {"Support": WORK, "Marketing": LOOK, "Managers": WORK}


def give_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="crm")
    for role, codenames in RIGHTS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=role):
            group.permissions.add(*permissions.filter(codename__in=codenames))


def take_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0025_tend_subscriptions"),
        ("crm", "0036_customer_pages"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(give_rights, take_rights)]
