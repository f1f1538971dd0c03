"""The desk of support: cases that rest, end by themselves or are merged, notes of colleagues, hours of the shop."""

import crm.models.shop_desk
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0029_more_of_staff_tasks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseMention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="seen at")),
            ],
            options={
                "verbose_name": "mention in a note",
                "verbose_name_plural": "mentions in notes",
            },
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
            ],
            options={
                "verbose_name": "internal note",
                "verbose_name_plural": "internal notes",
                "ordering": ["written_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="awaits_customer_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="waits for the customer since"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="content_asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="asked whether content at"),
        ),
        migrations.AddField(
            model_name="case",
            name="ending",
            field=models.CharField(
                blank=True,
                choices=[("no_word", "resolved, no word from the customer"), ("merged", "merged into another case")],
                db_default="",
                default="",
                editable=False,
                max_length=8,
                verbose_name="how it ended",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="held_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="on hold since"),
        ),
        migrations.AddField(
            model_name="case",
            name="held_for",
            field=models.CharField(
                blank=True, db_default="", editable=False, max_length=200, verbose_name="on hold for"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="merged_from",
                to="crm.case",
                verbose_name="merged into the case",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="ask_content_days",
            field=models.PositiveSmallIntegerField(
                db_default=2,
                default=2,
                help_text="So long after a case was resolved the desk reminds you to ask the customer.",
                validators=[django.core.validators.MaxValueValidator(30)],
                verbose_name="ask whether all is well after, days",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="holidays",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="One a line, as 2026-12-25 or 25.12.2026; what is celebrated may stand behind it.",
                validators=[crm.models.shop_desk.check_holidays],
                verbose_name="holidays",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="hours_friday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Friday",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="hours_monday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Monday",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="hours_saturday",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Saturday",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="hours_sunday",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Sunday",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="hours_thursday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Thursday",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="hours_tuesday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Tuesday",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="hours_wednesday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Wednesday",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="keeps_working_hours",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Otherwise every hour counts, day and night. A change holds for promises made from then on: what a customer was told stays.",
                verbose_name="promises count in working hours only",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="silent_days",
            field=models.PositiveSmallIntegerField(
                db_default=14,
                default=14,
                help_text="When it waits for the customer and no word comes. An answer opens it again. 0: it stays open.",
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="a silent customer's case closes after, days",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="ask_content_days",
            field=models.PositiveSmallIntegerField(
                db_default=2,
                default=2,
                help_text="So long after a case was resolved the desk reminds you to ask the customer.",
                validators=[django.core.validators.MaxValueValidator(30)],
                verbose_name="ask whether all is well after, days",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="holidays",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="One a line, as 2026-12-25 or 25.12.2026; what is celebrated may stand behind it.",
                validators=[crm.models.shop_desk.check_holidays],
                verbose_name="holidays",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="hours_friday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Friday",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="hours_monday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Monday",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="hours_saturday",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Saturday",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="hours_sunday",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Sunday",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="hours_thursday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Thursday",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="hours_tuesday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Tuesday",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="hours_wednesday",
            field=models.CharField(
                blank=True,
                db_default="9:00-18:00",
                default="9:00-18:00",
                max_length=60,
                validators=[crm.models.shop_desk.check_hours],
                verbose_name="Wednesday",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="keeps_working_hours",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Otherwise every hour counts, day and night. A change holds for promises made from then on: what a customer was told stays.",
                verbose_name="promises count in working hours only",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="silent_days",
            field=models.PositiveSmallIntegerField(
                db_default=14,
                default=14,
                help_text="When it waits for the customer and no word comes. An answer opens it again. 0: it stays open.",
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="a silent customer's case closes after, days",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.OrderBy(
                    models.Case(
                        models.When(models.Q(("kind", "complaint"), ("severity", "high")), then=models.Value(0)),
                        models.When(models.Q(severity="high"), then=models.Value(1)),
                        models.When(models.Q(severity="normal"), then=models.Value(2)),
                        default=models.Value(3),
                    )
                ),
                models.OrderBy(models.F("promised_at"), nulls_last=True),
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(models.F("unanswered_at"), models.F("opened_at"))
                ),
                models.OrderBy(models.F("id")),
                condition=models.Q(("awaits_customer_at", None), ("held_at", None), ("resolved_at", None)),
                name="case_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("held_at__isnull", False)), fields=["held_at"], name="case_held"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("awaits_customer_at__isnull", False)),
                fields=["awaits_customer_at"],
                name="case_silent",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("confirmed_at", None), ("content_asked_at", None)),
                fields=["resolved_at"],
                name="case_to_ask",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("resolved_at", None)), fields=["owner"], name="case_open_by_owner"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("awaits_customer_at", None), ("held_at", None)),
                    models.Q(
                        ("resolved_at", None),
                        models.Q(("held_at", None), ("awaits_customer_at", None), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="case_rests_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("ending", ""), ("resolved_at__isnull", False), _connector="OR"),
                name="case_ended_is_resolved",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), ("ending", "merged"), _connector="OR"),
                name="case_merged_has_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("ending__in", ["", "no_word", "merged"])), name="case_ending_known"
            ),
        ),
        migrations.AddField(
            model_name="casemention",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="colleague",
            ),
        ),
        migrations.AddField(
            model_name="casenote",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AddField(
            model_name="casenote",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="crm.case", verbose_name="case"
            ),
        ),
        migrations.AddField(
            model_name="casemention",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mentions",
                to="crm.casenote",
                verbose_name="internal note",
            ),
        ),
        migrations.AddIndex(
            model_name="casemention",
            index=models.Index(condition=models.Q(("seen_at", None)), fields=["user"], name="case_mention_unseen"),
        ),
        migrations.AddConstraint(
            model_name="casemention",
            constraint=models.UniqueConstraint(fields=("note", "user"), name="case_mention_once"),
        ),
    ]
