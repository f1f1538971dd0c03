"""How often visitors did what is limited, kept for all processes."""

from django.db import migrations, models

UNLOGGED = "ALTER TABLE crm_visitorallowance SET UNLOGGED"


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0023_find_by_more"),
    ]

    operations = [
        migrations.CreateModel(
            name="VisitorAllowance",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("settled_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "turns a visitor may take",
                "verbose_name_plural": "turns visitors may take",
            },
        ),
        migrations.RunSQL(UNLOGGED, migrations.RunSQL.noop),
    ]
