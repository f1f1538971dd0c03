import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.BigIntegerField(null=True)),
                ("written_in", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "change of a customer's facts",
                "verbose_name_plural": "changes of customers' facts",
                "indexes": [models.Index(fields=["written_in"], name="change_by_transaction")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalSegment",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=200, verbose_name="name")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        editable=False,
                        help_text="By which ready-made chains find a starter segment.",
                        null=True,
                        verbose_name="key",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("rule", models.JSONField(default=dict, verbose_name="rule")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Off: members stay as they are and nobody enters or leaves.",
                        verbose_name="kept up to date",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical segment",
                "verbose_name_plural": "historical segments",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        editable=False,
                        help_text="By which ready-made chains find a starter segment.",
                        null=True,
                        unique=True,
                        verbose_name="key",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("rule", models.JSONField(default=dict, verbose_name="rule")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Off: members stay as they are and nobody enters or leaves.",
                        verbose_name="kept up to date",
                    ),
                ),
                ("members_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="members")),
                (
                    "refreshed_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Empty: not since the rule was written.",
                        null=True,
                        verbose_name="members found at",
                    ),
                ),
                ("checked_at", models.DateTimeField(editable=False, null=True, verbose_name="last looked at")),
                ("seen", models.BigIntegerField(editable=False, null=True)),
                ("proved_at", models.DateTimeField(editable=False, null=True, verbose_name="counted in full at")),
                (
                    "drifted_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="differences found by the full count"
                    ),
                ),
                (
                    "broken_reason",
                    models.TextField(blank=True, editable=False, verbose_name="what is wrong with the rule"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "segment",
                "verbose_name_plural": "segments",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="segment_name_not_empty"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentSize",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sizes",
                        to="segments.segment",
                        verbose_name="segment",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("members_count", models.PositiveIntegerField(verbose_name="members")),
            ],
            options={
                "verbose_name": "size of a segment",
                "verbose_name_plural": "sizes of segments",
                "constraints": [models.UniqueConstraint(fields=("segment", "day"), name="segment_size_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="segments.segment",
                        verbose_name="segment",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                ("entered_at", models.DateTimeField(verbose_name="entered at")),
                ("left_at", models.DateTimeField(null=True, verbose_name="left at")),
            ],
            options={
                "verbose_name": "member of a segment",
                "verbose_name_plural": "members of segments",
                "indexes": [models.Index(fields=["segment", "-entered_at"], name="membership_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("segment", "customer"),
                        name="membership_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_at", None), ("left_at__gte", models.F("entered_at")), _connector="OR"
                        ),
                        name="membership_leaves_after_entering",
                    ),
                ],
            },
        ),
    ]
