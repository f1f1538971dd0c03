"""Steps that make a task for staff say which kind of task it is."""

from django.db import migrations, models

KINDS = [
    ("call", "call"),
    ("card", "handwritten card"),
    ("gift", "gift"),
    ("video", "video greeting"),
    ("other", "other"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0028_chains_start_by_more_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="task_kind",
            field=models.CharField(
                choices=KINDS, db_default="other", default="call", max_length=8, verbose_name="kind of task"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("task_kind__in", [kind for kind, _label in KINDS])), name="step_task_kind_known"
            ),
        ),
    ]
