"""What was offered and not replied to waits for the customer. Their silence counts from the day of the upgrade."""

from django.db import migrations
from django.utils import timezone


def wait(apps, schema_editor):
    cases = apps.get_model("crm", "Case").objects
    offered = cases.filter(resolved_at=None, answered_at__isnull=False, unanswered_at=None)
    offered.update(awaits_customer_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0030_desk_of_support"),
    ]

    operations = [migrations.RunPython(wait, migrations.RunPython.noop)]
