"""Open complaints nobody named a time for have to be answered by the hours a new shop begins with."""

from django.db import migrations, models

PROMISE = """
    UPDATE crm_case
    SET promised_at = opened_at + interval '1 hour' * CASE severity WHEN 'high' THEN 4 WHEN 'low' THEN 72 ELSE 24 END
    WHERE kind = 'complaint' AND resolved_at IS NULL AND promised_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0020_answer_hours")]

    operations = [
        migrations.RunSQL(PROMISE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "complaint"), ("promised_at", None), ("resolved_at", None), _negated=True),
                name="case_complaint_is_promised",
            ),
        ),
    ]
