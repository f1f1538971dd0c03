"""Jobs by templates, hidden pain set aside, and more of what comes of a task."""

import crm.models.job
import crm.models.shop_replies
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("crm", "0039_notes_about_customers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "token",
                    models.CharField(default=crm.models.job.new_job_token, editable=False, max_length=64, unique=True),
                ),
                (
                    "answer_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(720),
                        ],
                        verbose_name="questions are answered within, hours",
                    ),
                ),
                ("prepare", models.TextField(blank=True, verbose_name="what the customer prepares")),
                ("faq", models.TextField(blank=True, verbose_name="questions that are often asked")),
                (
                    "status_weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        help_text="Every week on this day, while the job is open. Empty: none.",
                        null=True,
                        verbose_name="day of the status letter",
                    ),
                ),
                (
                    "status_told_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="status told last"),
                ),
                ("started_at", models.DateTimeField(verbose_name="begun at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                ("report", models.TextField(blank=True, verbose_name="what was done")),
                ("next_words", models.TextField(blank=True, verbose_name="what comes next")),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="when")),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
            },
        ),
        migrations.CreateModel(
            name="JobPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "taken",
                    models.CharField(
                        choices=[
                            ("before", "before the work"),
                            ("during", "during the work"),
                            ("after", "after the work"),
                        ],
                        default="during",
                        max_length=8,
                        verbose_name="taken",
                    ),
                ),
                ("content", models.BinaryField()),
                ("extension", models.CharField(editable=False, max_length=4)),
                ("width", models.PositiveIntegerField(editable=False, verbose_name="width")),
                ("height", models.PositiveIntegerField(editable=False, verbose_name="height")),
                (
                    "added_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="added at"),
                ),
            ],
            options={
                "verbose_name": "picture of a job",
                "verbose_name_plural": "pictures of jobs",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="JobStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="place")),
                ("name", models.CharField(max_length=200, verbose_name="stage")),
                ("due_on", models.DateField(verbose_name="planned for")),
                ("needs_acceptance", models.BooleanField(default=False, verbose_name="the customer accepts it")),
                ("reached_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                ("words", models.TextField(blank=True, verbose_name="what was done")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="acceptance asked for at")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted at")),
                ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="not accepted at")),
                ("refusal", models.TextField(blank=True, verbose_name="what is not right")),
            ],
            options={
                "verbose_name": "stage of a job",
                "verbose_name_plural": "stages of jobs",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="JobTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                (
                    "answer_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(720),
                        ],
                        verbose_name="questions are answered within, hours",
                    ),
                ),
                (
                    "prepare",
                    models.TextField(
                        blank=True, help_text="One thing a line.", verbose_name="what the customer prepares"
                    ),
                ),
                (
                    "faq",
                    models.TextField(
                        blank=True,
                        help_text="A question in a line, the answer in the lines below it, an empty line between two of them.",
                        verbose_name="questions that are often asked",
                    ),
                ),
                (
                    "status_weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        help_text="Every week on this day, while the job is open. Empty: none.",
                        null=True,
                        verbose_name="day of the status letter",
                    ),
                ),
                (
                    "report",
                    models.TextField(
                        blank=True, help_text="What was done; staff fill it in.", verbose_name="closing report"
                    ),
                ),
                (
                    "next_words",
                    models.TextField(
                        blank=True, help_text="Care, a check, the next visit.", verbose_name="what comes next"
                    ),
                ),
                (
                    "next_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="and when, days after the end",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="may be chosen")),
            ],
            options={
                "verbose_name": "job template",
                "verbose_name_plural": "job templates",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="JobTemplateStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="place")),
                ("name", models.CharField(max_length=200, verbose_name="stage")),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="done after, days from the start",
                    ),
                ),
                ("needs_acceptance", models.BooleanField(default=False, verbose_name="the customer accepts it")),
            ],
            options={
                "verbose_name": "stage of a template",
                "verbose_name_plural": "stages of a template",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PainSetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("why", models.CharField(max_length=300, verbose_name="why")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("until", models.DateTimeField(verbose_name="until")),
            ],
            options={
                "verbose_name": "customer set aside",
                "verbose_name_plural": "customers set aside",
            },
        ),
        migrations.CreateModel(
            name="StaffTaskTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("reached", "reached"),
                            ("wants", "wants something"),
                            ("not_reached", "not reached"),
                            ("later", "asked for another time"),
                            ("sent", "sent"),
                            ("done", "done"),
                            ("not_needed", "not needed"),
                            ("missed", "too late"),
                            ("reopened", "taken back"),
                        ],
                        max_length=16,
                        verbose_name="what came of it",
                    ),
                ),
                ("words", models.TextField(blank=True, verbose_name="in words")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="put off until")),
                ("at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "try of a task",
                "verbose_name_plural": "tries of tasks",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="praise_words",
            field=models.TextField(
                blank=True,
                default=crm.models.shop_replies.praise_words,
                help_text="One a line. A task to thank and ask is made, once in 90 days. Empty: no such tasks.",
                verbose_name="words that make a reply praise",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="return_words",
            field=models.TextField(
                blank=True,
                default=crm.models.shop_replies.return_words,
                help_text="One a line. A task to offer help before the return is made. Empty: no such tasks.",
                verbose_name="words that tell of a return",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="thanks_for_ratings",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="5 of 5, or 9 and 10 of 10, once in 90 days for each customer.",
                verbose_name="a high rating with words is a task to thank",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="praise_words",
            field=models.TextField(
                blank=True,
                default=crm.models.shop_replies.praise_words,
                help_text="One a line. A task to thank and ask is made, once in 90 days. Empty: no such tasks.",
                verbose_name="words that make a reply praise",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="return_words",
            field=models.TextField(
                blank=True,
                default=crm.models.shop_replies.return_words,
                help_text="One a line. A task to offer help before the return is made. Empty: no such tasks.",
                verbose_name="words that tell of a return",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="thanks_for_ratings",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="5 of 5, or 9 and 10 of 10, once in 90 days for each customer.",
                verbose_name="a high rating with words is a task to thank",
            ),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="is_for_parcel",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="To be done before the order is shipped.",
                verbose_name="goes into the parcel",
            ),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "asked for"),
                    ("praise", "praise"),
                    ("hidden_pain", "hidden pain"),
                    ("return", "before a return"),
                    ("address", "an address is missing"),
                ],
                db_default="",
                default="",
                max_length=16,
                verbose_name="why",
            ),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="result",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reached", "reached"),
                    ("wants", "wants something"),
                    ("not_reached", "not reached"),
                    ("later", "asked for another time"),
                    ("sent", "sent"),
                    ("done", "done"),
                    ("not_needed", "not needed"),
                    ("missed", "too late"),
                    ("reopened", "taken back"),
                ],
                db_default="",
                default="",
                max_length=16,
                verbose_name="what came of it",
            ),
        ),
        migrations.AddField(
            model_name="stafftask",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False, verbose_name="tries"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("mood", "bad")), fields=["mood_noted_at"], name="customer_in_a_bad_mood"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("delivered_at__isnull", False)), fields=["delivered_at"], name="order_delivered"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("returned_at__isnull", False)), fields=["returned_at"], name="order_returned"
            ),
        ),
        migrations.AddIndex(
            model_name="stafftask",
            index=models.Index(
                condition=models.Q(("reason", ""), _negated=True),
                fields=["reason", "customer"],
                name="staff_task_by_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="stafftask",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_for_parcel", False), ("order__isnull", False), _connector="OR"),
                name="staff_task_parcel_of_an_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="stafftask",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["", "praise", "hidden_pain", "return", "address"])),
                name="stafftask_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="stafftask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "result__in",
                        [
                            "",
                            "reached",
                            "wants",
                            "not_reached",
                            "later",
                            "sent",
                            "done",
                            "not_needed",
                            "missed",
                            "reopened",
                        ],
                    )
                ),
                name="stafftask_result_known",
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="order",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="job", to="crm.order", verbose_name="order"
            ),
        ),
        migrations.AddField(
            model_name="jobpicture",
            name="added_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="jobpicture",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pictures", to="crm.job", verbose_name="job"
            ),
        ),
        migrations.AddField(
            model_name="jobstage",
            name="case",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="crm.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="jobstage",
            name="job",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stages",
                to="crm.job",
                verbose_name="job",
            ),
        ),
        migrations.AddField(
            model_name="jobpicture",
            name="stage",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="pictures",
                to="crm.jobstage",
                verbose_name="stage",
            ),
        ),
        migrations.AddField(
            model_name="jobtemplate",
            name="products",
            field=models.ManyToManyField(
                blank=True,
                help_text="It is proposed for orders of them.",
                related_name="job_templates",
                to="crm.product",
                verbose_name="for these services",
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="jobs",
                to="crm.jobtemplate",
                verbose_name="job template",
            ),
        ),
        migrations.AddField(
            model_name="jobtemplatestage",
            name="template",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stages",
                to="crm.jobtemplate",
                verbose_name="job template",
            ),
        ),
        migrations.AddField(
            model_name="painsetaside",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="painsetaside",
            name="customer",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pain_set_aside",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="stafftasktry",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="stafftasktry",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="history",
                to="crm.stafftask",
                verbose_name="staff task",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstage",
            constraint=models.UniqueConstraint(fields=("job", "name"), name="job_stage_unique"),
        ),
        migrations.AddConstraint(
            model_name="jobstage",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at", None), ("refused_at", None), _connector="OR"),
                name="job_stage_one_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstage",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_at", None), ("reached_at__isnull", False), _connector="OR"),
                name="job_stage_asked_when_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobpicture",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__in", ["before", "during", "after"])), name="jobpicture_taken_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobtemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("status_weekday__in", [0, 1, 2, 3, 4, 5, 6])),
                name="jobtemplate_status_weekday_known",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("status_weekday__isnull", False)),
                fields=["status_weekday"],
                name="job_status_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("status_weekday__in", [0, 1, 2, 3, 4, 5, 6])), name="job_status_weekday_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobtemplatestage",
            constraint=models.UniqueConstraint(fields=("template", "name"), name="job_template_stage_unique"),
        ),
        migrations.AddConstraint(
            model_name="stafftasktry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "result__in",
                        [
                            "reached",
                            "wants",
                            "not_reached",
                            "later",
                            "sent",
                            "done",
                            "not_needed",
                            "missed",
                            "reopened",
                        ],
                    )
                ),
                name="stafftasktry_result_known",
            ),
        ),
    ]
