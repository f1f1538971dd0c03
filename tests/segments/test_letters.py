"""What chains know, asked in rules: letters sent, clicked, opened of the last."""

import datetime as dt

import pytest

from chains.models import Chain, Touch
from segments import changes
from segments.compile import matching
from segments.models import Change, Segment
from segments.refresh import refresh, refresh_due
from segments.rule_field import suggestions
from segments.rule_json import parse
from tests.chains.factories import draft_chain, message
from tests.chains.written_messages import make_touch
from tests.conftest import NOW, make_customer, make_order
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def found(*conditions):
    return set(matching({"all": list(conditions)}, NOW).values_list("pk", flat=True))


def written_to(days_ago, customer=None, **fields):
    return make_touch(customer, sent_at=NOW - days_ago * DAY, **fields)


def test_counts_letters_that_were_sent_by_chain_step_and_window():
    touch = written_to(5, step_name="Care")
    other = written_to(50, step_name="Offer")
    make_touch(status="scheduled", sent_at=NOW + DAY)
    written_to(1, channel="staff_task")

    both = {touch.customer_id, other.customer_id}
    assert found(condition("sent", "at_least", 1)) == both
    assert found(condition("sent", "at_least", 1, window=30)) == {touch.customer_id}
    by_chain = [condition("chain", "is", [str(other.chain_id)])]
    assert found(condition("sent", "at_least", 1, where=by_chain)) == {other.customer_id}
    not_care = [condition("step", "is_not", ["Care"])]
    assert found(condition("sent", "at_least", 1, where=not_care)) == {other.customer_id}


def test_was_sent_a_letter_and_did_not_click_within_days():
    silent = written_to(5)
    late = written_to(9, clicked_at=NOW - 2 * DAY)
    prompt = written_to(9, clicked_at=NOW - 8 * DAY)
    written_to(1)
    unclicked = [condition("no_click", "exactly", 3)]

    assert found(condition("sent", "at_least", 1, where=unclicked)) == {silent.customer_id, late.customer_id}
    clicked = [condition("was_clicked", "yes")]
    assert found(condition("sent", "at_least", 1, where=clicked)) == {late.customer_id, prompt.customer_id}


def test_was_sent_a_letter_and_did_not_order_within_days():
    silent, buyer, late = written_to(9), written_to(9), written_to(9)
    make_order(customer=buyer.customer, placed_at=NOW - 7 * DAY)
    make_order(customer=late.customer, placed_at=NOW - 2 * DAY)
    unordered = [condition("no_order", "exactly", 5)]

    assert found(condition("sent", "at_least", 1, where=unordered)) == {silent.customer_id, late.customer_id}


def test_opened_of_the_last_letters_looks_at_the_last_only():
    once_keen = make_customer()
    for days_ago in range(1, 13):
        written_to(days_ago, once_keen, opened_at=NOW if days_ago > 5 else None)
    keen = make_customer()
    for days_ago in range(1, 6):
        written_to(days_ago, keen, opened_at=NOW)
    last_five = [condition("last", "exactly", 5)]

    assert found(condition("opened_of_last", "at_least", 5)) == {once_keen.pk, keen.pk}
    assert found(condition("opened_of_last", "at_least", 6)) == set()
    ignoring = condition("opened_of_last", "exactly", 0, where=last_five)
    assert found(condition("sent", "at_least", 5), ignoring) == {once_keen.pk}


def test_every_starter_segment_can_be_counted():
    make_order(placed_at=NOW)

    outcomes = refresh_due(NOW)

    assert len(outcomes) == Segment.objects.count() == 25
    assert not any(outcome.is_broken for outcome in outcomes.values())


def test_a_refresh_asks_only_those_about_whom_a_letter_told_something():
    written_to(5)
    segment = make_segment(condition("sent", "at_least", 1))
    refresh(segment, NOW)
    Change.objects.all().delete()

    planned = make_touch(status="scheduled")
    Change.objects.all().delete()
    Touch.objects.filter(pk=planned.pk).update(due_at=NOW)
    assert changes.customers_to_check(segment, parse(segment.rule), NOW) == set()
    Touch.objects.filter(pk=planned.pk).update(status="sent", sent_at=NOW)
    assert changes.customers_to_check(segment, parse(segment.rule), NOW) == {planned.customer_id}
    assert refresh(segment, NOW).entered == 1
    assert refresh(segment, NOW).entered == 0

    Change.objects.all().delete()
    Touch.objects.filter(pk=planned.pk).update(opened_at=NOW)
    assert changes.customers_to_check(segment, parse(segment.rule), NOW) == {planned.customer_id}
    Change.objects.all().delete()
    Touch.objects.filter(pk=planned.pk).delete()
    assert changes.customers_to_check(segment, parse(segment.rule), NOW) == {planned.customer_id}


def test_steps_are_offered_first_of_the_chain_being_written_then_of_others_by_their_name_then_of_the_past(shop):
    Chain.objects.all().delete()
    other = draft_chain(message(name="Care"), message(name="Recipes"), name="After the delivery")
    own = draft_chain(message(name="Thanks"), message(name="Care"), message(name=""), name="Winning back")
    written_to(5, step_name="Long gone")

    def offered(text, chain):
        return suggestions("event_step", text, str(chain.pk)).values

    assert offered("", own) == [
        ("Thanks", "Thanks"),
        ("Care", "Care"),
        ("Recipes", "Recipes (After the delivery)"),
        ("Long gone", "Long gone"),
    ]
    assert offered("winning", other) == [("Thanks", "Thanks (Winning back)"), ("Care", "Care (Winning back)")]
    assert offered("care", make_touch().chain) == [("Care", "Care (After the delivery, Winning back)")]
