"""What kind of task it is, for whom, and the case or colleague that asks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("crm", "0028_staff_tasks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="stafftask",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked for by",
            ),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="case",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="staff_tasks",
                to="crm.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="key",
            field=models.CharField(blank=True, editable=False, max_length=200, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="kind",
            field=models.CharField(
                choices=[
                    ("call", "call"),
                    ("card", "handwritten card"),
                    ("gift", "gift"),
                    ("video", "video greeting"),
                    ("other", "other"),
                ],
                db_default="other",
                default="other",
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="stafftask",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["call", "card", "gift", "video", "other"])),
                name="stafftask_kind_known",
            ),
        ),
    ]
