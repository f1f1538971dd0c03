"""What connecting a shop, a site or a feed asks; history goes after what happens now."""

import crm.models.secret_field
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0002_sources_of_facts"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_due",
        ),
        migrations.AddField(
            model_name="delivery",
            name="is_historic",
            field=models.BooleanField(db_default=False, default=False, verbose_name="historic"),
        ),
        migrations.AddField(
            model_name="source",
            name="api_secret",
            field=crm.models.secret_field.SecretField(blank=True, verbose_name="secret or token of its API"),
        ),
        migrations.AddField(
            model_name="source",
            name="api_user",
            field=models.CharField(blank=True, max_length=200, verbose_name="user or key of its API"),
        ),
        migrations.AddField(
            model_name="source",
            name="is_consent_asked",
            field=models.BooleanField(
                default=True,
                help_text="Without it the script on the site sets its cookie at once.",
                verbose_name="remember visitors only after they agree",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="mapping",
            field=models.JSONField(
                db_default={},
                default=dict,
                editable=False,
                help_text="Which field of what comes is what, for any shape.",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="requests_a_minute",
            field=models.PositiveIntegerField(
                default=600,
                help_text="More are asked to come again later.",
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="requests a minute",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="site_address",
            field=models.URLField(blank=True, verbose_name="address of the shop or feed"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["is_historic", "due_at", "id"], name="delivery_due"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("status", "failed")), fields=["source"], name="delivery_failed"),
        ),
    ]
