"""The rights about staff tasks go with them from chains to crm, also those that staff gave since."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

WORK, LOOK = ("view_stafftask", "change_stafftask"), ("view_stafftask",)
RIGHTS = {"Support": WORK, "Marketing": WORK, "Managers": LOOK}


def move_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects
    rights = {right.codename: right for right in permissions.filter(content_type__app_label="crm")}
    before = permissions.filter(content_type__app_label="chains", content_type__model="stafftask")
    if not before:
        # A new shop made its roles when chains had given the tasks away already.
        for role, codenames in RIGHTS.items():
            group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
            group.permissions.add(*(rights[codename] for codename in codenames))
    for right in before:
        for holder in (*right.group_set.all(), *right.user_set.all()):
            holder_rights = holder.permissions if hasattr(holder, "permissions") else holder.user_permissions
            holder_rights.add(rights[right.codename])
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label="chains", model="stafftask").delete()


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0018_count_results"),
        ("crm", "0028_staff_tasks"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(move_rights, keep_rights)]
