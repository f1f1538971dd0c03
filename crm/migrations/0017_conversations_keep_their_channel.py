"""By which channel each letter of a case went, whether an answer arrived, and cases that were opened again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0016_contact_told_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="followed_by",
                to="crm.case",
                verbose_name="follows the case",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="reopened_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="reopened at"),
        ),
        migrations.AddField(
            model_name="caseattachment",
            name="fetch_due_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="caseattachment",
            name="key",
            field=models.CharField(
                blank=True, editable=False, help_text="The messenger's name of the content.", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="caseattachment",
            name="remote_id",
            field=models.CharField(blank=True, editable=False, help_text="By which it is fetched.", max_length=300),
        ),
        migrations.AddField(
            model_name="casemessage",
            name="channel",
            field=models.CharField(
                choices=[("email", "Email"), ("sms", "SMS (phone)"), ("telegram", "Telegram"), ("push", "Push")],
                default="email",
                max_length=16,
                verbose_name="channel",
            ),
        ),
        migrations.AddField(
            model_name="casemessage",
            name="failed_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="did not arrive, known since"
            ),
        ),
        migrations.AddField(
            model_name="casemessage",
            name="failure",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why it did not arrive"),
        ),
        migrations.AddIndex(
            model_name="caseattachment",
            index=models.Index(
                condition=models.Q(("fetch_due_at__isnull", False)), fields=["fetch_due_at"], name="attachment_to_fetch"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseattachment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("message", "key"),
                name="attachment_once_per_message",
            ),
        ),
        migrations.AddConstraint(
            model_name="casemessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["email", "sms", "telegram", "push"])),
                name="casemessage_channel_known",
            ),
        ),
    ]
