from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext as _


def condition(field, operator, value=None):
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def silent(days, until):
    return {"all": [condition("last_order", "ago", days), condition("last_order", "within", until)]}


def stage(name):
    return {"all": [condition("stage", "is", [name])]}


def starters():
    """Named in the language the shop runs in; from then on the names are the shop's own."""
    return [
        ("new", _("New"), _("First order in the last 30 days."), stage("new")),
        ("active", _("Active"), _("Orders at the usual pace, or ordered in the last 90 days."), stage("active")),
        ("at-risk", _("At risk"), _("Past the usual pace, but under 180 days of silence."), stage("at_risk")),
        ("sleeping", _("Sleeping"), _("Last order 180 to 365 days ago."), stage("sleeping")),
        ("lost", _("Lost"), _("Last order over a year ago."), stage("lost")),
        (
            "repeat",
            _("Repeat buyers"),
            _("Two orders or more."),
            {"all": [condition("orders_count", "at_least", 2)]},
        ),
        ("vip", _("VIP"), _("The top tenth by margin over a year."), {"all": [condition("vip", "yes")]}),
        ("days-30", _("30 days since the last order"), _("From the 30th to the 59th day."), silent(30, 59)),
        ("days-60", _("60 days since the last order"), _("From the 60th to the 89th day."), silent(60, 89)),
        ("days-90", _("90 days since the last order"), _("From the 90th to the 179th day."), silent(90, 179)),
        (
            "once",
            _("Bought once and left"),
            _("One order, and none in the 90 days since."),
            {"all": [condition("orders_count", "exactly", 1), condition("last_order", "ago", 90)]},
        ),
        (
            "open-complaint",
            _("Open complaint"),
            _("Somebody has to answer first."),
            {"all": [condition("open_case", "has", ["complaint"])]},
        ),
    ]


def create(apps, schema_editor):
    segments = apps.get_model("segments", "Segment").objects
    with translation.override(settings.LANGUAGE_CODE):
        for key, name, description, rule in starters():
            segments.get_or_create(key=key, defaults={"name": name, "description": description, "rule": rule})


def remove(apps, schema_editor):
    keys = [key for key, *_rest in starters()]
    apps.get_model("segments", "Segment").objects.filter(key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]

    operations = [migrations.RunPython(create, remove)]
