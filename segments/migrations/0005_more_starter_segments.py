from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext as _

BIG_CITIES = [
    "Moscow", "Москва", "Saint Petersburg", "Санкт-Петербург", "Novosibirsk", "Новосибирск", "Yekaterinburg",
    "Екатеринбург", "Kazan", "Казань", "London", "Paris", "Berlin", "Madrid", "New York", "Los Angeles", "Chicago",
]  # fmt: skip


def condition(field, operator, value=None, **more):
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value}) | more


def starters():
    """Named in the language the shop runs in; from then on the names are the shop's own."""
    recipes = condition("tag", "has", ["recipes", "рецепты"])
    return [
        (
            "came-back",
            _("Came back"),
            _("Ordered in the last 90 days after half a year of silence."),
            [condition("came_back", "at_least", 180, window=90)],
        ),
        (
            "opens-often",
            _("Opens often"),
            _("Half of the last ten letters or more. Opens are unreliable."),
            [condition("opened_of_last", "at_least", 5)],
        ),
        (
            "opens-nothing",
            _("Opens nothing"),
            _("None of the last five letters. Opens are unreliable."),
            [
                condition("sent", "at_least", 5),
                condition("opened_of_last", "exactly", 0, where=[condition("last", "exactly", 5)]),
            ],
        ),
        ("clicked", _("Clicked"), _("In the last 90 days."), [condition("clicked", "at_least", 1, window=90)]),
        (
            "visited",
            _("Visited the site"),
            _("In the last 30 days."),
            [condition("pages", "at_least", 1, window=30)],
        ),
        (
            "did-not-act",
            _("Was written to and did not act"),
            _("A letter of the last 30 days, no click and no order within a week."),
            [
                condition(
                    "sent",
                    "at_least",
                    1,
                    window=30,
                    where=[condition("no_click", "exactly", 7), condition("no_order", "exactly", 7)],
                )
            ],
        ),
        ("bad-mood", _("Bad mood"), _("Noted by staff."), [condition("mood", "is", ["bad"])]),
        ("returned", _("Returned something"), _("At least one order."), [condition("returns", "at_least", 1)]),
        (
            "low-rating",
            _("Low rating"),
            _("The last rating is three or less."),
            [condition("last_rating", "at_most", 3)],
        ),
        (
            "promoters",
            _("Would recommend"),
            _("The last answer is nine or ten."),
            [condition("last_nps", "at_least", 9)],
        ),
        (
            "silent",
            _("Silent after something complex"),
            _("Delivered 30 days ago or more, and nothing heard since."),
            [condition("silent", "at_least", 30)],
        ),
        (
            "no-accessory",
            _("Has the appliance, not the accessory"),
            _("Bought something accessories go with, and none of them."),
            [condition("bought_without", "is", ["accessory"])],
        ),
        (
            "young-kettle",
            _("Young kettle lovers of big cities"),
            _("Aged 25-34, bought a kettle, opened two letters about recipes or more."),
            [
                condition("age", "at_least", 25),
                condition("age", "at_most", 34),
                condition("bought_named", "bought_like", ["kettle", "чайник"]),
                condition("opened", "at_least", 2, where=[recipes]),
                condition("city", "is", BIG_CITIES),
            ],
        ),
    ]


def create(apps, schema_editor):
    segments = apps.get_model("segments", "Segment").objects
    with translation.override(settings.LANGUAGE_CODE):
        for key, name, description, rule in starters():
            # A shop that already has a segment of this name keeps its own.
            if not segments.filter(name=name).exists():
                segments.get_or_create(
                    key=key, defaults={"name": name, "description": description, "rule": {"all": rule}}
                )


def remove(apps, schema_editor):
    keys = [key for key, *_rest in starters()]
    apps.get_model("segments", "Segment").objects.filter(key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("segments", "0004_changes")]

    operations = [migrations.RunPython(create, remove)]
