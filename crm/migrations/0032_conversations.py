"""Answers with files, ready answers and the bot, offers that customers choose from, goodwill, and whether all is well."""

import crm.models.shop_replies
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0031_cases_wait_for_customers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("content_type", models.CharField(max_length=100, verbose_name="kind")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("content", models.BinaryField()),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="added at")),
            ],
            options={
                "verbose_name": "file of an answer not sent yet",
                "verbose_name_plural": "files of answers not sent yet",
            },
        ),
        migrations.CreateModel(
            name="CaseOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("solution", models.TextField(verbose_name="solution offered")),
                ("alternative", models.TextField(blank=True, verbose_name="alternative")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="sent at")),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("solution", "the solution"),
                            ("alternative", "the alternative"),
                            ("neither", "neither"),
                        ],
                        max_length=12,
                        verbose_name="customer's choice",
                    ),
                ),
                ("words", models.TextField(blank=True, verbose_name="customer's words")),
                ("chosen_at", models.DateTimeField(blank=True, null=True, verbose_name="chosen at")),
            ],
            options={
                "verbose_name": "offer of a solution",
                "verbose_name_plural": "offers of solutions",
                "ordering": ["sent_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ContentmentCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resolved_at", models.DateTimeField(verbose_name="case resolved at")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked at")),
                ("is_content", models.BooleanField(blank=True, null=True, verbose_name="all is well")),
                ("words", models.TextField(blank=True, verbose_name="customer's words")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
            ],
            options={
                "verbose_name": "question whether all is well",
                "verbose_name_plural": "questions whether all is well",
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Goodwill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("points", "points"),
                            ("percent", "coupon, percent off"),
                            ("amount", "coupon, amount off"),
                            ("free_delivery", "coupon, free delivery"),
                            ("gift", "gift"),
                            ("card", "handwritten card"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("points", models.PositiveIntegerField(blank=True, null=True, verbose_name="points")),
                ("percent", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="percent")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What the coupon takes off, or what the gift costs.",
                        max_digits=12,
                        null=True,
                        verbose_name="amount",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("gift", models.CharField(blank=True, max_length=200, verbose_name="gift")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("promised_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="promised at")),
                (
                    "given_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Empty until the customer accepts the offer.",
                        null=True,
                        verbose_name="given at",
                    ),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back at")),
                ("key", models.CharField(editable=False, max_length=100, unique=True)),
            ],
            options={
                "verbose_name": "goodwill",
                "verbose_name_plural": "goodwill",
                "ordering": ["promised_at", "pk"],
                "permissions": [("exceed_goodwill", "Can give more goodwill than the settings allow agents")],
            },
        ),
        migrations.CreateModel(
            name="ReadyAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, unique=True, verbose_name="title")),
                (
                    "keywords",
                    models.CharField(
                        blank=True,
                        help_text="Besides those of its title and texts.",
                        max_length=300,
                        verbose_name="words to find it by",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "bot_may_send",
                    models.BooleanField(
                        default=False,
                        help_text="By itself, to a question that holds one of the phrases below. The bot is switched on in Settings.",
                        verbose_name="the bot may send it",
                    ),
                ),
                (
                    "triggers",
                    models.TextField(
                        blank=True,
                        help_text="One a line, such as “where is my order”. The beginnings of words are enough; words may stand between them.",
                        verbose_name="phrases of the question",
                    ),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False, verbose_name="used, times")),
                ("used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used")),
            ],
            options={
                "verbose_name": "ready answer",
                "verbose_name_plural": "ready answers",
                "ordering": ["title"],
            },
        ),
        migrations.CreateModel(
            name="ReadyAnswerText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("text", models.TextField(max_length=5000, verbose_name="text")),
            ],
            options={
                "verbose_name": "text of a ready answer",
                "verbose_name_plural": "texts of ready answers",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="casemessage",
            name="bot_due_at",
            field=models.DateTimeField(
                editable=False, help_text="When the bot looks whether it can answer.", null=True
            ),
        ),
        migrations.AddField(
            model_name="casemessage",
            name="delivered_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="arrived, known since"),
        ),
        migrations.AddField(
            model_name="casemessage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("letter", "letter"),
                    ("offer", "offer of a solution"),
                    ("check", "question whether all is well"),
                    ("bot", "ready answer sent by the bot"),
                ],
                db_default="letter",
                default="letter",
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="asks_if_content",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="After so many days as the desk reminds you of it. Otherwise a colleague presses the button.",
                verbose_name="Encore asks by itself whether all is well",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="bot_answers",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="With ready answers that are marked for it, in the channel the question came by; never complaints.",
                verbose_name="the bot answers common questions",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="goodwill_amount",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=0,
                help_text="Coupons and gifts together, in the shop's currency. 0: none.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="goodwill: most money",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="goodwill_percent",
            field=models.PositiveSmallIntegerField(
                db_default=15,
                default=15,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="goodwill: largest discount, %",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="goodwill_points",
            field=models.PositiveIntegerField(
                db_default=500, default=500, help_text="0: none.", verbose_name="goodwill: most points"
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="human_words",
            field=models.TextField(
                blank=True,
                default=crm.models.shop_replies.human_words,
                help_text="One a line; the beginning of a word is enough. The bot names the first of the customer's language.",
                verbose_name="words that call a person",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="asks_if_content",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="After so many days as the desk reminds you of it. Otherwise a colleague presses the button.",
                verbose_name="Encore asks by itself whether all is well",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="bot_answers",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="With ready answers that are marked for it, in the channel the question came by; never complaints.",
                verbose_name="the bot answers common questions",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="goodwill_amount",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=0,
                help_text="Coupons and gifts together, in the shop's currency. 0: none.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="goodwill: most money",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="goodwill_percent",
            field=models.PositiveSmallIntegerField(
                db_default=15,
                default=15,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="goodwill: largest discount, %",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="goodwill_points",
            field=models.PositiveIntegerField(
                db_default=500, default=500, help_text="0: none.", verbose_name="goodwill: most points"
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="human_words",
            field=models.TextField(
                blank=True,
                default=crm.models.shop_replies.human_words,
                help_text="One a line; the beginning of a word is enough. The bot names the first of the customer's language.",
                verbose_name="words that call a person",
            ),
        ),
        migrations.AddIndex(
            model_name="casemessage",
            index=models.Index(
                condition=models.Q(("bot_due_at__isnull", False)), fields=["bot_due_at"], name="letter_for_the_bot"
            ),
        ),
        migrations.AddConstraint(
            model_name="casemessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["letter", "offer", "check", "bot"])), name="casemessage_kind_known"
            ),
        ),
        migrations.AddField(
            model_name="answerfile",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AddField(
            model_name="answerfile",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answer_files",
                to="crm.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="caseoffer",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="crm.case", verbose_name="case"
            ),
        ),
        migrations.AddField(
            model_name="caseoffer",
            name="message",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offer",
                to="crm.casemessage",
                verbose_name="letter it went out by",
            ),
        ),
        migrations.AddField(
            model_name="contentmentcheck",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="contentmentcheck",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contentment_checks",
                to="crm.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="contentmentcheck",
            name="message",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contentment_check",
                to="crm.casemessage",
                verbose_name="letter it went out by",
            ),
        ),
        migrations.AddField(
            model_name="goodwill",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="goodwills",
                to="crm.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="goodwill",
            name="coupon",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="goodwill",
                to="crm.coupon",
                verbose_name="coupon",
            ),
        ),
        migrations.AddField(
            model_name="goodwill",
            name="given_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="given by",
            ),
        ),
        migrations.AddConstraint(
            model_name="readyanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("bot_may_send", False), models.Q(("triggers", ""), _negated=True), _connector="OR"),
                name="ready_answer_of_bot_has_phrases",
                violation_error_message="Name the phrases by which the bot knows the question.",
            ),
        ),
        migrations.AddField(
            model_name="readyanswertext",
            name="answer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="texts",
                to="crm.readyanswer",
                verbose_name="ready answer",
            ),
        ),
        migrations.AddIndex(
            model_name="answerfile",
            index=models.Index(fields=["author", "case"], name="answer_file_of_author"),
        ),
        migrations.AddConstraint(
            model_name="caseoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", ""), ("chosen_at", None)),
                    models.Q(models.Q(("choice", ""), _negated=True), ("chosen_at__isnull", False)),
                    _connector="OR",
                ),
                name="case_offer_choice_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "alternative"), _negated=True),
                    models.Q(("alternative", ""), _negated=True),
                    _connector="OR",
                ),
                name="case_offer_alternative_was_offered",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("choice__in", ["", "solution", "alternative", "neither"])),
                name="caseoffer_choice_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="contentmentcheck",
            constraint=models.UniqueConstraint(
                fields=("case", "resolved_at"), name="contentment_asked_once_a_resolution"
            ),
        ),
        migrations.AddConstraint(
            model_name="contentmentcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("is_content", None)),
                    models.Q(("answered_at__isnull", False), ("is_content__isnull", False)),
                    _connector="OR",
                ),
                name="contentment_answer_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodwill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("kind", "points"), ("percent", None), ("points__gt", 0)),
                    models.Q(("amount", None), ("kind", "percent"), ("percent__range", (1, 100)), ("points", None)),
                    models.Q(("amount__gt", 0), ("kind", "amount"), ("percent", None), ("points", None)),
                    models.Q(("amount", None), ("kind", "free_delivery"), ("percent", None), ("points", None)),
                    models.Q(
                        ("kind", "gift"), ("percent", None), ("points", None), models.Q(("gift", ""), _negated=True)
                    ),
                    models.Q(("kind", "card"), ("percent", None), ("points", None)),
                    _connector="OR",
                ),
                name="goodwill_value_fits_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodwill",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="goodwill_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="goodwill",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["points", "percent", "amount", "free_delivery", "gift", "card"])),
                name="goodwill_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="readyanswertext",
            constraint=models.UniqueConstraint(fields=("answer", "language"), name="ready_answer_text_per_language"),
        ),
    ]
