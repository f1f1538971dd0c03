from django.db import migrations


class Migration(migrations.Migration):
    """The ready-made chains are put in by a later one, when all they are made of is there."""

    dependencies = [("chains", "0002_schedule")]

    operations = []
