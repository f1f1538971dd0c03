"""Support gives points and coupons within limits, marketing makes the rules, managers set what holds for all."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GIVE = ("add_pointsentry", "add_coupon", "change_coupon")
LOOK = ("view_earningrule", "view_tier", "view_tierreward", "view_customertier", "view_couponbatch")
RULES = ("add_earningrule", "change_earningrule")
TIERS = tuple(f"{verb}_{model}" for model in ("tier", "tierreward") for verb in ("add", "change", "delete"))
BATCHES = ("add_couponbatch", "change_couponbatch")
RIGHTS = {
    "Support": (*GIVE, *LOOK),
    "Marketing": (*LOOK, *RULES, *TIERS, *BATCHES),
    "Managers": (
        *(*GIVE, *LOOK, *RULES, *TIERS, *BATCHES),
        *("view_loyaltysettings", "change_loyaltysettings", "change_customertier"),
    ),
}


def give_rights(apps, schema_editor):
    app = apps.get_app_config("crm")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="crm")
    for role, rights in RIGHTS.items():
        group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions.filter(codename__in=rights))


def keep_rights(apps, schema_editor):
    """They go with their models."""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0022_surveys"),
        ("crm", "0034_points_tiers_and_batches"),
    ]

    operations = [migrations.RunPython(give_rights, keep_rights)]
