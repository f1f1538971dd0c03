"""Whose recommendation somebody signed up by; chains begin with what happens to recommendations."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0025_questions_go_on_asking"),
        ("segments", "0002_watch_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="signup",
            name="referral_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=16,
                verbose_name="recommended by the code",
            ),
        ),
    ]
