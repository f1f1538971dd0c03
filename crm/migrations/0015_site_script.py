"""The script on the shop's site: until when a letter lets a visitor be recognised, and whether it does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0014_customer_fields_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="knownvisitor",
            name="until",
            field=models.DateTimeField(
                help_text="Only where they were recognised by a letter of the shop's.", null=True, verbose_name="until"
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="are_readers_recognised",
            field=models.BooleanField(
                default=True,
                help_text="Links of letters to this site then say, for an hour, whose letter it was.",
                verbose_name="recognise who comes from a letter",
            ),
        ),
    ]
