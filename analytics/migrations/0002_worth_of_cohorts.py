from django.db import migrations, models


class Migration(migrations.Migration):
    """What cohorts bring by margin, and which orders were second ones.

    Rows of before know neither. Without the dashboard's row no page reads them: figures are counted from orders until
    all has been counted anew, which the next minute's refresh does because the row is missing.
    """

    dependencies = [("analytics", "0001_initial")]

    operations = [
        migrations.RunSQL("DELETE FROM analytics_dashboard", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="cohortfigures",
            name="margin",
            field=models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name="margin"),
        ),
        migrations.AddField(
            model_name="cohortfigures",
            name="orders",
            field=models.PositiveIntegerField(default=0, verbose_name="orders"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="cohortfigures",
            name="orders_with_margin",
            field=models.PositiveIntegerField(default=0, verbose_name="orders whose margin is known"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="comebackfigures",
            name="second_orders",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Of these orders, the buyers' second ones; the earlier one was then their first.",
                verbose_name="second orders",
            ),
            preserve_default=False,
        ),
    ]
