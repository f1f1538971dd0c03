"""When an address was told last: of several of a channel, that one is used. Until now the oldest was."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F


def told_when_added(apps, schema_editor):
    apps.get_model("crm", "Contact").objects.update(told_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0015_site_script"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="told_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="told last"),
        ),
        migrations.RunPython(told_when_added, migrations.RunPython.noop),
    ]
