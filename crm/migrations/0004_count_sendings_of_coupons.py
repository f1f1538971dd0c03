from django.db import migrations, models


def count_those_handed_over(apps, schema_editor):
    apps.get_model("crm", "Coupon").objects.exclude(sent_at=None).update(sendings=1)


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_watch_loyalty_every_night"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="coupon",
            name="coupon_unsent",
        ),
        migrations.AddField(
            model_name="coupon",
            name="sendings",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(count_those_handed_over, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sendings", 0), ("sent_at", None)),
                    models.Q(("sendings__gt", 0), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="coupon_sent_with_a_message",
            ),
        ),
    ]
