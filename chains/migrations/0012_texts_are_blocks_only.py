"""What the blocks hold is kept there alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0011_blocks_of_texts"),
    ]

    operations = [
        # Undone, the columns come back empty before they are filled.
        migrations.AlterField(model_name="templatetext", name="body", field=models.TextField(blank=True)),
        migrations.RemoveField(
            model_name="templatetext",
            name="body",
        ),
        migrations.RemoveField(
            model_name="templatetext",
            name="cta_label",
        ),
        migrations.RemoveField(
            model_name="templatetext",
            name="cta_url",
        ),
        migrations.RemoveField(
            model_name="templatetext",
            name="picture_url",
        ),
    ]
