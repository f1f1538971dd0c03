"""Marketers and managers import files; so may, as before, whoever may add and change what is in them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

KINDS = ("order", "customer", "product")
ROLES = ("Marketing", "Managers")
VERBS = ("add", "change")


def give_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    for kind in KINDS:
        right = _permissions(apps).get(codename=f"import_{kind}")
        for name in ROLES:
            apps.get_model("auth", "Group").objects.get_or_create(name=name)[0].permissions.add(right)
        for group in _holders(apps.get_model("auth", "Group"), "permissions", kind):
            group.permissions.add(right)
        for user in _holders(apps.get_model("auth", "User"), "user_permissions", kind):
            user.user_permissions.add(right)


def _permissions(apps):
    return apps.get_model("auth", "Permission").objects.filter(content_type__app_label="crm")


def _holders(model, field, kind):
    """Those who hold both rights that an import asked for until now."""
    rights = [{f"{field}__codename": f"{verb}_{kind}", f"{field}__content_type__app_label": "crm"} for verb in VERBS]
    return model.objects.filter(**rights[0]).filter(**rights[1])


def take_rights(apps, schema_editor):
    for kind in KINDS:
        right = _permissions(apps).filter(codename=f"import_{kind}").first()
        if right:
            right.group_set.clear()
            right.user_set.clear()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0010_webhooks_out"),
        ("crm", "0013_files_and_columns"),
    ]

    operations = [migrations.RunPython(give_rights, take_rights)]
