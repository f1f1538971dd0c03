"""Points and tiers in rules, and segments in the rules of earning."""

import pytest
from django.utils import timezone

from crm.loyalty import PointsGift, give_points, reverse_points, spend_points
from crm.loyalty.tiers import keep_tier
from crm.models import CustomerTier, EarningRule, Tier
from segments.audiences import among
from segments.compile import matching
from segments.uses import uses
from tests.conftest import NOW, make_customer
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db


def found(*conditions, few=None):
    return set(matching({"all": list(conditions)}, NOW, few))


@pytest.mark.parametrize("is_few", [False, True])
def test_balance_is_what_is_left_less_what_is_owed(is_few):
    rich, poor, owing, none = (make_customer() for _number in range(4))
    give_points([PointsGift(person.pk, 100, str(person.pk), NOW) for person in (rich, poor, owing)])
    spend_points(poor, 70, at=NOW, key="spent")
    reverse_points(owing, 150, at=NOW, key="taken")
    few = [person.pk for person in (rich, poor, owing, none)] if is_few else None

    assert found(condition("points", "at_least", 100), few=few) == {rich}
    assert found(condition("points", "exactly", 30), few=few) == {poor}
    assert {poor, owing, none} <= found(condition("points", "at_most", 30), few=few)


def test_tier_and_its_end_are_asked_for():
    gold = Tier.objects.create(name="Gold", threshold=1)
    ann, bob = make_customer(), make_customer()
    keep_tier(ann.pk, gold, at=NOW)
    CustomerTier.objects.filter(customer=ann).update(ends_at=NOW)

    assert found(condition("tier", "is", [str(gold.pk)])) == {ann}
    assert bob in found(condition("tier", "is_not", [str(gold.pk)]))
    assert found(condition("tier_ends", "yes")) == {ann}


def test_segment_that_a_rule_of_earning_names_is_needed():
    segment = make_segment(condition("points", "at_least", 1))
    rule = {"all": [condition("segment", "is", [str(segment.pk)])]}
    EarningRule.objects.create(name="Double", audience=rule)

    assert [use.label for use in uses([segment.pk])[segment.pk]] == ["rule of earning “Double”"]


def test_rule_that_cannot_be_read_is_for_nobody():
    ann = make_customer()

    assert among({"all": [{"field": "gone"}]}, timezone.now(), [ann.pk]) == set()
