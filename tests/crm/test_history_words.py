import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from crm.admin.history_words import in_words
from crm.models import Customer, Shop
from segments.models import Segment

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "field", "value", "words"),
    [
        (Customer, "born_on", dt.date(1990, 5, 4), "05/04/1990"),
        (Customer, "tags", ["vip", "tea"], "vip, tea"),
        (Customer, "tags", [], "nothing"),
        (Customer, "attributes", {"size": 42}, "size: 42"),
        (Customer, "frequency", None, "nothing"),
        (Segment, "is_active", False, "no"),
    ],
)
def test_values_are_said_as_people_say_them(model, field, value, words):
    with translation.override("en"):
        assert in_words(model._meta.get_field(field), value) == words


def test_a_segments_history_tells_its_rules_as_sentences(admin_client):
    segment = Segment.objects.create(
        name="Kettles", rule={"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
    )
    segment.rule = {"all": [{"field": "orders_count", "operator": "at_least", "value": 5}]}
    segment.save()

    page = admin_client.get(reverse("admin:segments_segment_history", args=[segment.pk])).content.decode()

    assert "at least 2" in page
    assert "at least 5" in page
    assert "&#x27;operator&#x27;" not in page
    assert "&quot;operator&quot;" not in page


def test_the_history_of_the_settings_names_who_changed_what(admin_client, admin_user):
    shop = Shop.load()
    shop.name = "Tea & Co"
    shop._history_user = admin_user
    shop.save()
    shop.name = "Kettle & Co"
    shop._history_date = timezone.now()
    shop.save()

    page = admin_client.get(reverse("admin:crm_shop_history", args=[shop.pk])).content.decode()

    assert "Tea &amp; Co" in page
    assert "Kettle &amp; Co" in page
    assert str(admin_user) in page
