"""What came of a shape that nobody has explained yet waits for staff, not for a clock."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0007_fetch_runs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_status_known",
        ),
        migrations.AlterField(
            model_name="delivery",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("held", "waits for staff"),
                    ("applied", "applied"),
                    ("ignored", "nothing in it for Encore"),
                    ("failed", "could not be applied"),
                ],
                default="waiting",
                max_length=16,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "held", "applied", "ignored", "failed"])),
                name="delivery_status_known",
            ),
        ),
    ]
