"""Tasks of staff, which chains kept before; now with their kind, their owner, and the case that asks."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("crm", "0027_attribution_windows"),
        # It leaves the table under its new name.
        ("chains", "0021_staff_tasks_leave"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="StaffTask",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("touch_id", models.BigIntegerField(editable=False, null=True, unique=True)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="staff_tasks",
                                to="crm.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="staff_tasks",
                                to="crm.order",
                                verbose_name="order",
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="what to do")),
                        ("script", models.TextField(blank=True, verbose_name="what to do or say")),
                        (
                            "owner_group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="auth.group",
                                verbose_name="who does it",
                            ),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="to be done by")),
                        (
                            "status",
                            models.CharField(
                                choices=[("open", "to do"), ("done", "done"), ("dropped", "not needed")],
                                default="open",
                                max_length=8,
                                verbose_name="status",
                            ),
                        ),
                        ("outcome", models.TextField(blank=True, verbose_name="outcome")),
                        ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                        (
                            "done_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="done by",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="created at"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "staff task",
                        "verbose_name_plural": "staff tasks",
                        "ordering": ["due_at"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "open")), fields=["due_at"], name="staff_task_open"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at", None), ("status", "open")),
                                    models.Q(models.Q(("status", "open"), _negated=True), ("done_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="staff_task_done_has_moment",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["open", "done", "dropped"])),
                                name="stafftask_status_known",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
