"""Marketers decide how often and when customers hear from the shop: the settings page is theirs too."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations


def allow(apps: Apps, schema_editor: object) -> None:
    marketing = apps.get_model("auth", "Group").objects.get(name="Marketing")
    marketing.permissions.add(*_change_shop(apps))


def refuse(apps: Apps, schema_editor: object) -> None:
    marketing = apps.get_model("auth", "Group").objects.get(name="Marketing")
    marketing.permissions.remove(*_change_shop(apps))


def _change_shop(apps: Apps) -> Any:
    permission = apps.get_model("auth", "Permission")
    return permission.objects.filter(codename="change_shop", content_type__app_label="crm")


class Migration(migrations.Migration):
    dependencies = [("config", "0001_roles")]

    operations = [migrations.RunPython(allow, refuse)]
