"""How often a source calls, answers that may be asked for again, coupons held by a till, when an order changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


UNLOGGED = "ALTER TABLE crm_callallowance SET UNLOGGED"
NOTE_CHANGE = """
    CREATE FUNCTION crm_order_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.changed_at := clock_timestamp();
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER crm_order_changed BEFORE UPDATE ON crm_order
        FOR EACH ROW EXECUTE FUNCTION crm_order_note_change();
"""
NOTE_NO_CHANGE = """
    DROP TRIGGER crm_order_changed ON crm_order;
    DROP FUNCTION crm_order_note_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0011_webhooks_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallAllowance",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="crm.source",
                    ),
                ),
                ("settled_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "calls a source may make",
                "verbose_name_plural": "calls sources may make",
            },
        ),
        migrations.CreateModel(
            name="IdempotentCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=255)),
                ("body_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.TextField(null=True)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "repeatable call",
                "verbose_name_plural": "repeatable calls",
            },
        ),
        migrations.RemoveIndex(
            model_name="order",
            name="order_placed",
        ),
        migrations.AddField(
            model_name="coupon",
            name="held_for",
            field=models.CharField(
                blank=True,
                db_default="",
                editable=False,
                help_text="A till took it before the order was known here.",
                max_length=100,
                verbose_name="held for the sale",
            ),
        ),
        migrations.AddField(
            model_name="coupon",
            name="held_until",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="held until"),
        ),
        migrations.AddField(
            model_name="coupon",
            name="releases",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="order",
            name="changed_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
                editable=False,
                verbose_name="changed at",
            ),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                condition=models.Q(("held_for", ""), _negated=True), fields=["held_for"], name="coupon_held"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["placed_at", "id"], name="order_placed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["changed_at", "id"], name="order_changed"),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_for", ""), ("held_until", None)),
                    models.Q(
                        models.Q(("held_for", ""), _negated=True), ("held_until__isnull", False), ("redeemed_at", None)
                    ),
                    _connector="OR",
                ),
                name="coupon_held_whole",
            ),
        ),
        migrations.AddField(
            model_name="idempotentcall",
            name="source",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.source"
            ),
        ),
        migrations.AddIndex(
            model_name="idempotentcall",
            index=models.Index(fields=["begun_at"], name="idempotent_call_begun"),
        ),
        migrations.AddConstraint(
            model_name="idempotentcall",
            constraint=models.UniqueConstraint(fields=("source", "path", "key"), name="idempotent_call_once"),
        ),
        migrations.AddConstraint(
            model_name="idempotentcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", None), ("status", None)),
                    models.Q(("answer__isnull", False), ("status__isnull", False)),
                    _connector="OR",
                ),
                name="idempotent_call_answered_whole",
            ),
        ),
        migrations.RunSQL(UNLOGGED, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE_CHANGE, NOTE_NO_CHANGE),
    ]
