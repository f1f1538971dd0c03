"""Everybody who works with customers sees their points and coupons."""

from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ("view_pointsentry", "view_coupon")
GROUPS = ("Support", "Marketing", "Managers")


def allow(apps: Apps, schema_editor: object) -> None:
    """Permissions usually appear after all migrations; the roles need them now."""
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    for group in GROUPS:
        apps.get_model("auth", "Group").objects.get(name=group).permissions.add(*_permissions(apps))


def refuse(apps: Apps, schema_editor: object) -> None:
    for group in GROUPS:
        apps.get_model("auth", "Group").objects.get(name=group).permissions.remove(*_permissions(apps))


def _permissions(apps: Apps) -> Any:
    permission = apps.get_model("auth", "Permission")
    return permission.objects.filter(codename__in=RIGHTS, content_type__app_label="crm")


class Migration(migrations.Migration):
    dependencies = [("config", "0003_support_reads_letters"), ("crm", "0001_initial")]

    operations = [migrations.RunPython(allow, refuse)]
