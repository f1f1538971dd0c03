from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

APPS = ("crm", "segments", "chains", "analytics")
LOOK, WORK, OWN = ("view",), ("view", "change"), ("view", "add", "change", "delete")

SUPPORT = {
    ("crm", "customer"): WORK,
    ("crm", "contact"): ("view", "add", "change"),
    ("crm", "case"): ("view", "add", "change"),
    ("crm", "mergeproposal"): WORK,
    ("crm", "order"): WORK,
    **{("crm", name): LOOK for name in ("orderline", "milestone", "product", "category", "feedback", "consentrecord")},
    ("chains", "stafftask"): WORK,
    **{("chains", name): LOOK for name in ("touch", "enrolment")},
}
MARKETING = {
    **{("segments", name): LOOK for name in ("membership", "segmentsize")},
    ("segments", "segment"): OWN,
    **{("chains", name): OWN for name in ("chain", "step", "messagetemplate", "templatetext")},
    **{("chains", name): WORK for name in ("enrolment", "touch", "stafftask")},
    ("chains", "chainversion"): LOOK,
    ("crm", "customer"): WORK,
    **{("crm", name): OWN for name in ("product", "productrelation", "category")},
    **{
        ("crm", name): LOOK
        for name in ("contact", "order", "orderline", "case", "feedback", "consentrecord", "event", "shop")
    },
}
# Who may add orders and customers may import and export them.
MANAGERS = {
    ("crm", "shop"): WORK,
    ("crm", "case"): ("view", "add", "change"),
    # The right to delete a customer is the right to erase a person.
    ("crm", "customer"): OWN,
    **{("crm", name): ("view", "add", "change") for name in ("contact", "order")},
    **{("crm", name): OWN for name in ("product", "productrelation", "category")},
}


def make_roles(apps: Apps, schema_editor: object) -> None:
    """Permissions usually appear after all migrations; the roles need them now."""
    for label in APPS:
        app = apps.get_app_config(label)
        app.models_module = True
        create_permissions(app, verbosity=0, apps=apps)
        app.models_module = None
    give(apps, "Support", SUPPORT)
    give(apps, "Marketing", MARKETING)
    give(apps, "Managers", MANAGERS)
    permission = apps.get_model("auth", "Permission")
    group = apps.get_model("auth", "Group")
    dashboard = permission.objects.filter(codename="view_dashboard", content_type__app_label="analytics")
    group.objects.get(name="Marketing").permissions.add(*dashboard)
    everything = permission.objects.filter(codename__startswith="view_", content_type__app_label__in=APPS)
    group.objects.get(name="Managers").permissions.add(*everything)


def give(apps: Apps, name: str, rights: dict[tuple[str, str], tuple[str, ...]]) -> None:
    group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name=name)
    permission = apps.get_model("auth", "Permission")
    for (app, model), verbs in rights.items():
        codenames = [f"{verb}_{model}" for verb in verbs]
        group.permissions.add(*permission.objects.filter(content_type__app_label=app, codename__in=codenames))


def remove_roles(apps: Apps, schema_editor: object) -> None:
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
