"""Segments inside segments."""

import pytest

from segments.compile import matching
from segments.refresh import refresh
from segments.rules import RuleError
from tests.conftest import make_customer, make_order
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db

BUYERS = condition("orders_count", "at_least", 1)


def found(rule, now):
    return set(matching(rule, now).values_list("pk", flat=True))


def inside(*segments, operator="is"):
    return {"all": [condition("segment", operator, [str(segment.pk) for segment in segments])]}


def test_another_segment_is_asked_by_its_rule_and_not_by_yesterdays_members(now):
    buyers = make_segment(BUYERS)
    refresh(buyers, now)
    buyer, visitor = make_order(placed_at=now).customer, make_customer()

    assert found(inside(buyers), now) == {buyer.pk}
    assert found(inside(buyers, operator="is_not"), now) == {visitor.pk}
    assert found(inside(buyers, make_segment(condition("city", "unknown"))), now) == {buyer.pk, visitor.pk}


def test_a_segment_that_is_switched_off_keeps_the_members_it_has(now):
    early = make_order(placed_at=now).customer
    buyers = make_segment(BUYERS)
    refresh(buyers, now)
    buyers.is_active = False
    buyers.save()
    make_order(placed_at=now)

    assert found(inside(buyers), now) == {early.pk}


def test_segments_that_ask_for_each_other_are_refused_in_words_and_stop_nobody_else(now):
    first = make_segment(BUYERS)
    second = make_segment(rule=inside(first))
    first.rule = inside(second)
    first.save()

    with pytest.raises(RuleError, match="in a circle"):
        found(first.rule, now)
    assert refresh(first, now).is_broken
    assert refresh(second, now).is_broken
    assert not refresh(make_segment(BUYERS), now).is_broken
    assert "in a circle" in first.broken_reason


def test_a_segment_that_is_gone_is_named_as_the_trouble(now):
    gone = make_segment(BUYERS)
    rule = inside(gone)
    gone.delete()

    with pytest.raises(RuleError, match="no longer exists"):
        found(rule, now)


def test_a_deep_pile_of_segments_is_read_to_its_ground(now):
    customer = make_order(placed_at=now).customer
    pile = make_segment(BUYERS)
    for _ in range(20):
        pile = make_segment(rule=inside(pile))

    assert found(pile.rule, now) == {customer.pk}
