"""Staff tasks are crm's now: cases and people ask for them, too. The table keeps its rows under its new name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chains", "0020_useful_of_day")]

    operations = [
        migrations.AlterField(
            "stafftask",
            "touch",
            models.BigIntegerField(db_column="touch_id", editable=False, null=True, unique=True),
        ),
        migrations.AlterModelTable("stafftask", "crm_stafftask"),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("StaffTask")]),
    ]
