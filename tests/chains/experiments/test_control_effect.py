"""The effect of a chain by its control group: counted by assignment, told with its bounds, never told early."""

import datetime as dt

import pytest

from chains.engine.enrol.control_group import draws_control
from chains.engine.run import tick
from chains.experiments.outcomes import keep_control
from chains.models import ControlOutcome
from chains.stats.control_group import control_effect
from tests.chains.factories import live_chain, marketing, message
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
LATER = NOW + 120 * DAY


def customer_of(chain, *, is_control):
    return next(
        one for one in iter(make_customer, None) if draws_control(chain.pk, one.pk, chain.control_share) is is_control
    )


def entered(shop, treated=1, control=1):
    """A chain with a control group of half, and who entered it within an hour."""
    chain = live_chain(message(), marketing(), event="order.delivered", control_share=50)
    people = [customer_of(chain, is_control=False) for _number in range(treated)]
    people += [customer_of(chain, is_control=True) for _number in range(control)]
    for person in people:
        make_order(customer=person, placed_at=NOW - 2 * DAY, delivered_at=NOW + HOUR)
    tick(NOW + HOUR)
    return chain, people


def test_orders_after_entering_count_once_a_customer_and_without_refunds(shop):
    chain, (along, without) = entered(shop)
    make_order(customer=along, placed_at=NOW + DAY, total=100, refunded=20)
    make_order(customer=along, placed_at=NOW + 2 * DAY, total=50)
    make_order(customer=along, placed_at=NOW + 2 * DAY, total=70, cancelled_at=NOW + 3 * DAY)
    make_order(customer=without, placed_at=NOW + 91 * DAY, total=70)

    found = control_effect(chain, LATER)

    assert (found.treated.customers, found.treated.ordered, found.treated.revenue) == (1, 1, 130)
    assert (found.control.customers, found.control.ordered) == (1, 0)
    assert not found.is_enough
    assert found.words.endswith("+100.0 orders per hundred customers; too few people to tell.")


def test_nothing_is_told_before_anybody_had_their_days(shop):
    chain, _people = entered(shop)

    found = control_effect(chain, NOW + 30 * DAY)

    assert found.words == "Nothing can be told yet: the first customers have not had their 90 days."
    assert found.treated.waiting == found.control.waiting == 1


def test_a_page_reads_what_was_counted_last(shop, django_assert_num_queries):
    chain, _people = entered(shop)
    keep_control(chain, NOW + 30 * DAY)

    with django_assert_num_queries(2):
        assert control_effect(chain, LATER).counted_at == NOW + 30 * DAY


def test_a_chain_without_a_control_group_has_no_effect_to_tell(shop):
    assert control_effect(live_chain(message()), NOW) is None


def counted(chain, treated, control, days=100):
    """As if so many had entered: customers, and how many of them ordered."""

    def group(customers, ordered):
        return {"customers": customers, "ordered": ordered, "revenue": 50 * ordered, "revenue_squares": 5000 * ordered,
                "assigned": customers, "sent": 0, "clicked": 0}  # fmt: skip

    ControlOutcome.objects.create(
        chain=chain, counted_at=NOW + days * DAY, figures={"treated": group(*treated), "control": group(*control)}
    )
    return control_effect(chain, NOW)


def test_a_lift_is_told_with_its_bounds_once_there_are_enough(shop):
    chain, _people = entered(shop)

    found = counted(chain, (5000, 750), (5000, 500))

    assert found.is_enough
    assert found.words == ("The chain causes orders: it brings between +3.7 and +6.3 orders per hundred customers.")
    assert found.revenue_words.startswith("In revenue: between +")
    assert found.power_words == (
        "5,000 of the 1,774 customers needed in the control group, to tell a third more orders from chance."
    )


def test_with_too_few_the_page_says_until_when(shop):
    chain, _people = entered(shop)

    found = counted(chain, (900, 90), (100, 10))

    assert not found.is_enough
    assert "too few people to tell until about" in found.words
    assert found.power_words.startswith("100 of the 1,019 customers needed")
