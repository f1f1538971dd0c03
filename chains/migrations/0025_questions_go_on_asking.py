"""Questions of messages that were written before go on being asked however lately their customer was asked."""

from django.db import migrations
from django.db.models import F, JSONField, Value
from django.db.models.expressions import CombinedExpression


def keep_asking(apps, schema_editor):
    anyway = CombinedExpression(F("content"), "||", Value({"if_asked": "ask"}, JSONField()))
    blocks = apps.get_model("chains", "MessageBlock").objects.filter(kind="question")
    blocks.exclude(content__has_key="if_asked").update(content=anyway)


def forget(apps, schema_editor):
    """A field that the block does not know is left out when it is read."""


class Migration(migrations.Migration):
    dependencies = [("chains", "0024_touches_ask")]

    operations = [migrations.RunPython(keep_asking, forget)]
