"""A high answer may be thanked for with words to recommend the shop with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("crm", "0040_tasks_pain_and_jobs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="survey",
            name="survey_offer_known",
        ),
        migrations.AlterField(
            model_name="survey",
            name="offer",
            field=models.CharField(
                choices=[
                    ("nothing", "nothing more"),
                    ("review", "a review of what was bought"),
                    ("referral", "words to recommend the shop with"),
                    ("link", "a link of your own"),
                ],
                db_default="nothing",
                default="nothing",
                max_length=16,
                verbose_name="what is offered then",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("offer__in", ["nothing", "review", "referral", "link"])), name="survey_offer_known"
            ),
        ),
    ]
