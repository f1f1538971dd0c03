"""Of what was sent on a day it is counted how much was service or useful content. All days are counted anew for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0019_not_sent_by_segment"),
    ]

    operations = [
        migrations.AddField(
            model_name="resultsofday",
            name="useful",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL("DELETE FROM chains_resultscount", migrations.RunSQL.noop),
    ]
