"""When each field of a customer was last told, so that an older word that comes late changes nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0013_files_and_columns"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="told",
            field=models.JSONField(
                db_default={}, default=dict, editable=False, help_text="When each field was last told, by its name."
            ),
        ),
    ]
