"""Surveys of several questions; an answer may be to one of them. Answers from before belong to none."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("crm", "0032_conversations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="How staff call it.", max_length=100, unique=True, verbose_name="name"),
                ),
                ("thanks", models.JSONField(blank=True, default=dict, editable=False, verbose_name="words of thanks")),
                (
                    "low_at_most",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Such an answer to the first question opens a case. Empty: none does.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="low is, at most",
                    ),
                ),
                (
                    "case_kind",
                    models.CharField(
                        choices=[("complaint", "complaint"), ("question", "question")],
                        default="question",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "case_severity",
                    models.CharField(
                        choices=[("low", "low"), ("normal", "normal"), ("high", "high")],
                        default="normal",
                        max_length=8,
                        verbose_name="severity",
                    ),
                ),
                (
                    "high_at_least",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Such an answer to the first question is thanked for with an offer. Empty: none is.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="high is, at least",
                    ),
                ),
                (
                    "offer",
                    models.CharField(
                        choices=[
                            ("nothing", "nothing more"),
                            ("review", "a review where reviews are left"),
                            ("link", "a link of your own"),
                        ],
                        db_default="nothing",
                        default="nothing",
                        max_length=16,
                        verbose_name="what is offered then",
                    ),
                ),
                ("offer_url", models.URLField(blank=True, max_length=500, verbose_name="where the link leads")),
                (
                    "is_closed",
                    models.BooleanField(
                        default=False,
                        help_text="No new message can ask it; what is sent already goes on being answered.",
                        verbose_name="closed",
                    ),
                ),
                ("locked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="asked since")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "survey",
                "verbose_name_plural": "surveys",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SurveyQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="place")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("nps", "how likely they are to recommend (0-10)"),
                            ("rating", "how satisfied they are (1-5)"),
                            ("ease", "how easy it was (1-7)"),
                            ("yes_no", "yes or no"),
                            ("exit", "what stopped them (reasons, shuffled)"),
                            ("stage", "which step they are at (in order)"),
                            ("line", "one line in their own words"),
                            ("text", "longer words"),
                        ],
                        default="nps",
                        max_length=8,
                        verbose_name="asks",
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "the shop as a whole"),
                            ("delivery", "delivery"),
                            ("product", "the product"),
                            ("service", "the service"),
                            ("support", "support"),
                            ("site", "the site"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="about",
                    ),
                ),
                (
                    "asked_if",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "always"),
                            ("at_most", "the last score before was at most"),
                            ("at_least", "the last score before was at least"),
                            ("yes", "the last yes-or-no before was yes"),
                            ("no", "the last yes-or-no before was no"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="asked if",
                    ),
                ),
                (
                    "asked_if_score",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="score",
                    ),
                ),
                ("words", models.JSONField(default=dict, editable=False, verbose_name="words")),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="feedback",
            name="feedback_score_in_scale",
        ),
        migrations.RemoveConstraint(
            model_name="feedback",
            name="feedback_kind_known",
        ),
        migrations.AddField(
            model_name="feedback",
            name="choice",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="survey_days",
            field=models.PositiveSmallIntegerField(
                db_default=90,
                default=90,
                help_text="Whoever was asked something so many days ago or less is not asked again, whatever the survey. 0: always.",
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="days between two questions to a customer",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="survey_days",
            field=models.PositiveSmallIntegerField(
                db_default=90,
                default=90,
                help_text="Whoever was asked something so many days ago or less is not asked again, whatever the survey. 0: always.",
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="days between two questions to a customer",
            ),
        ),
        migrations.AlterField(
            model_name="feedback",
            name="kind",
            field=models.CharField(
                choices=[
                    ("rating", "rating (1-5)"),
                    ("nps", "would recommend (0-10)"),
                    ("exit", "reason for leaving"),
                    ("ease", "how easy it was (1-7)"),
                    ("yes_no", "yes or no"),
                    ("stage", "step they are at"),
                    ("words", "in their own words"),
                ],
                default="rating",
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="case_group",
            field=models.ForeignKey(
                blank=True,
                help_text="They get a task to look into it, beside the case that support gets.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="auth.group",
                verbose_name="whom to ask besides",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="revises",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="revisions",
                to="crm.survey",
                verbose_name="revises",
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="survey",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="crm.survey",
                verbose_name="survey",
            ),
        ),
        migrations.AddField(
            model_name="surveyquestion",
            name="survey",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="questions",
                to="crm.survey",
                verbose_name="survey",
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="question",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="feedback",
                to="crm.surveyquestion",
                verbose_name="question",
            ),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("question__isnull", False)),
                fields=["question", "left_at"],
                name="feedback_by_question",
            ),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("survey__isnull", False)), fields=["survey"], name="feedback_by_survey"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("question", None), ("survey", None)),
                    models.Q(("question__isnull", False), ("survey__isnull", False)),
                    _connector="OR",
                ),
                name="feedback_question_of_survey",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "rating"), ("score__range", (1, 5))),
                    models.Q(("kind", "nps"), ("score__range", (0, 10))),
                    models.Q(("kind", "ease"), ("score__range", (1, 7))),
                    models.Q(("kind", "yes_no"), ("score__range", (0, 1))),
                    ("kind__in", ["exit", "stage", "words"]),
                    _connector="OR",
                ),
                name="feedback_score_in_scale",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["rating", "nps", "exit", "ease", "yes_no", "stage", "words"])),
                name="feedback_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="survey_has_name"),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("offer", "link"), _negated=True),
                    models.Q(("offer_url", ""), _negated=True),
                    _connector="OR",
                ),
                name="survey_offer_leads_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("low_at_most", None),
                    ("high_at_least", None),
                    ("low_at_most__lt", models.F("high_at_least")),
                    _connector="OR",
                ),
                name="survey_low_below_high",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("case_kind__in", ["complaint", "question"])), name="survey_case_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("case_severity__in", ["low", "normal", "high"])), name="survey_case_severity_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("offer__in", ["nothing", "review", "link"])), name="survey_offer_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="surveyquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_if__in", ["at_most", "at_least"]), _negated=True),
                    ("asked_if_score__isnull", False),
                    _connector="OR",
                ),
                name="survey_question_condition_has_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="surveyquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["nps", "rating", "ease", "yes_no", "exit", "stage", "line", "text"])),
                name="surveyquestion_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="surveyquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("about__in", ["", "delivery", "product", "service", "support", "site"])),
                name="surveyquestion_about_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="surveyquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_if__in", ["", "at_most", "at_least", "yes", "no"])),
                name="surveyquestion_asked_if_known",
            ),
        ),
    ]
