"""The three roles. Staff may change them; this is what a new installation has."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

APPS = ("crm", "segments", "chains", "analytics")
LOOK, WORK, ADD, OWN = ("view",), ("view", "change"), ("view", "add", "change"), ("view", "add", "change", "delete")

SUPPORT = {
    ("crm", "customer"): WORK,
    ("crm", "contact"): ADD,
    ("crm", "case"): ADD,
    ("crm", "mergeproposal"): WORK,
    ("crm", "order"): WORK,
    **{("crm", name): LOOK for name in ("orderline", "milestone", "product", "category", "feedback", "consentrecord")},
    **{("crm", name): LOOK for name in ("pointsentry", "coupon")},
    ("chains", "stafftask"): WORK,
    # Who helps customers reads what they wrote, and says whom a letter is from that nobody could place.
    ("chains", "incomingmail"): WORK,
    **{("chains", name): LOOK for name in ("touch", "enrolment")},
}
MARKETING = {
    **{("segments", name): LOOK for name in ("membership", "segmentsize")},
    ("segments", "segment"): OWN,
    **{("chains", name): OWN for name in ("chain", "step", "messagetemplate", "templatetext")},
    **{("chains", name): WORK for name in ("enrolment", "touch", "stafftask")},
    **{("chains", name): LOOK for name in ("chainversion", "incomingmail")},
    ("crm", "customer"): WORK,
    # Marketers decide how often and when customers hear from the shop.
    ("crm", "shop"): WORK,
    **{("crm", name): OWN for name in ("product", "productrelation", "category")},
    **{("crm", name): LOOK for name in ("contact", "order", "orderline", "case", "feedback", "consentrecord", "event")},
    **{("crm", name): LOOK for name in ("pointsentry", "coupon")},
    ("analytics", "dashboard"): LOOK,
}
# Managers see everything besides. Who may add orders and customers may import and export them.
MANAGERS = {
    ("crm", "shop"): WORK,
    ("crm", "case"): ADD,
    # The right to delete a customer is the right to erase a person.
    ("crm", "customer"): OWN,
    **{("crm", name): ADD for name in ("contact", "order")},
    **{("crm", name): OWN for name in ("product", "productrelation", "category")},
}


def make_roles(apps, schema_editor):
    for label in APPS:
        make_permissions(apps, label)
    give(apps, "Support", SUPPORT)
    give(apps, "Marketing", MARKETING)
    give(apps, "Managers", MANAGERS)
    everything = apps.get_model("auth", "Permission").objects.filter(
        codename__startswith="view_", content_type__app_label__in=APPS
    )
    apps.get_model("auth", "Group").objects.get(name="Managers").permissions.add(*everything)


def make_permissions(apps, label):
    """Permissions usually appear after all migrations; the roles need them now."""
    app = apps.get_app_config(label)
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None


def give(apps, name, rights):
    group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=name)
    permissions = apps.get_model("auth", "Permission").objects
    for (app, model), verbs in rights.items():
        codenames = [f"{verb}_{model}" for verb in verbs]
        group.permissions.add(*permissions.filter(content_type__app_label=app, codename__in=codenames))


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=["Support", "Marketing", "Managers"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("crm", "0001_initial"),
        ("segments", "0001_initial"),
        ("chains", "0001_initial"),
        ("analytics", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_roles, remove_roles)]
