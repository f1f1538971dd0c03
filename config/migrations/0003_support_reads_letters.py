"""Who helps customers reads what they wrote, and says whom a letter is from that nobody could place."""

from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "Support": ("view_incomingmail", "change_incomingmail"),
    "Marketing": ("view_incomingmail",),
    "Managers": ("view_incomingmail",),
}


def allow(apps: Apps, schema_editor: object) -> None:
    """Permissions usually appear after all migrations; the roles need them now."""
    app = apps.get_app_config("chains")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    for group, names in RIGHTS.items():
        apps.get_model("auth", "Group").objects.get(name=group).permissions.add(*_permissions(apps, names))


def refuse(apps: Apps, schema_editor: object) -> None:
    for group, names in RIGHTS.items():
        apps.get_model("auth", "Group").objects.get(name=group).permissions.remove(*_permissions(apps, names))


def _permissions(apps: Apps, names: tuple[str, ...]) -> Any:
    permission = apps.get_model("auth", "Permission")
    return permission.objects.filter(codename__in=names, content_type__app_label="chains")


class Migration(migrations.Migration):
    dependencies = [("config", "0002_marketers_change_settings"), ("chains", "0001_initial")]

    operations = [migrations.RunPython(allow, refuse)]
