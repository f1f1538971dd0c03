"""Points and tiers in letters."""

import datetime as dt

import pytest
from django.core import mail

from chains.engine.run import tick
from crm.loyalty import PointsGift, give_points, keep_tier
from crm.loyalty.in_letters import points_facts, tier_facts
from crm.models import EarningRule, LoyaltySettings, Tier
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def test_confirmation_says_what_the_order_earned(shop):
    EarningRule.objects.create(name="Points for orders", per=10)
    live_chain(
        message(subject="{{ points.earned }} / {{ points.pending }} / {{ points.balance }} {{ points.earned_on }}")
    )
    ann = make_customer()
    give_points([PointsGift(ann.pk, 7, "gift", NOW)])

    make_order(customer=ann, price=250, placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    assert mail.outbox[-1].subject == "25 / 25 / 7"


def test_letter_names_the_tier_what_it_brings_and_what_is_missing(shop):
    gold = Tier.objects.create(name="Gold", threshold=100)
    gold.rewards.create(kind="delivery", words="Delivery is free.")
    Tier.objects.create(name="Platinum", threshold=1000)
    live_chain(message(subject="{{ tier.name }}: {{ tier.rewards }} {{ tier.missing }} to {{ tier.next }}"))
    ann = make_customer()
    keep_tier(ann.pk, gold, at=NOW)

    make_order(customer=ann, price=250, placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    assert mail.outbox[-1].subject == "Gold: Delivery is free. €750 to Platinum"


def test_facts_of_many_take_the_same_queries(django_assert_num_queries):
    Tier.objects.create(name="Gold", threshold=100)
    EarningRule.objects.create(name="Points for orders")
    LoyaltySettings(pk=1).save()
    orders = [make_order(price=120, delivered_at=NOW) for _number in range(20)]
    about = [(order.customer_id, order.pk) for order in orders]

    for some in (about[:1], about):
        with django_assert_num_queries(6):
            facts = points_facts(some, NOW)
        with django_assert_num_queries(6):
            tiers = tier_facts([customer for customer, _order in some], NOW)

    assert {one.earned for one in facts.values()} == {120}
    assert {one.earned_on for one in facts.values()} == {NOW + dt.timedelta(days=17)}
    assert {one.next_name for one in tiers.values()} == {""}
