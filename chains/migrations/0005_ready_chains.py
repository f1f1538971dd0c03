from django.conf import settings
from django.db import migrations
from django.utils import timezone

from chains.ready.install import install


def add(apps, schema_editor):
    install(settings.LANGUAGE_CODE, timezone.now(), lambda name: apps.get_model("chains", name))


def remove(apps, schema_editor):
    """Take away what nobody has switched on: drafts whose letters are all ready-made ones."""
    Chain, Step, Template = (apps.get_model("chains", name) for name in ("Chain", "Step", "MessageTemplate"))
    ready = Step.objects.filter(template__ready_key__isnull=False).values("chain")
    Chain.objects.filter(pk__in=ready, status="draft", version=None).delete()
    Template.objects.filter(ready_key__isnull=False, steps=None).delete()


class Migration(migrations.Migration):
    dependencies = [("chains", "0004_schedule_test_orders")]

    operations = [migrations.RunPython(add, remove)]
