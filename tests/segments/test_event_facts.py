"""What an event tells of a review or of a task, and whether an order is still to be reviewed."""

import pytest

from crm.events import record
from crm.models import Review
from segments.subjects import Subject, matching_subjects
from tests.conftest import NOW, make_customer, make_order, make_product
from tests.segments.conftest import condition

pytestmark = pytest.mark.django_db


def told(kind, properties):
    customer = make_customer()
    event = record(kind, customer=customer, occurred_at=NOW, source="crm", key="1", properties=properties)
    return Subject(1, customer.pk, None, event.pk, event.pk)


@pytest.mark.parametrize(
    ("kind", "properties", "rule", "holds"),
    [
        ("review.left", {"stars": 4}, ("event_stars", "at_least", 4), True),
        ("review.left", {"stars": 4}, ("event_stars", "at_least", 5), False),
        ("order.placed", {"stars": 4}, ("event_stars", "at_least", 4), False),
        ("task.closed", {"kind": "call"}, ("event_task_kind", "is", ["call", "card"]), True),
        ("task.closed", {"kind": "gift"}, ("event_task_kind", "is", ["call", "card"]), False),
        ("task.closed", {"outcome": "wants"}, ("event_task_outcome", "is", ["wants"]), True),
        ("task.tried", {"outcome": "later"}, ("event_task_outcome", "is", ["wants"]), False),
        ("task.closed", {"reason": "praise"}, ("event_task_reason", "is", ["praise"]), True),
        ("task.closed", {"reason": ""}, ("event_task_reason", "is", ["praise"]), False),
    ],
)
def test_rules_read_what_the_event_tells(kind, properties, rule, holds):
    assert (matching_subjects(condition(*rule), [told(kind, properties)], NOW) == {1}) is holds


def test_an_order_is_to_be_reviewed_until_a_review_was_sent():
    product = make_product()
    order = make_order(product=product, delivered_at=NOW)
    subject = Subject(1, order.customer_id, order.pk, None, None)
    rule = condition("order_to_review", "yes")

    before = matching_subjects(rule, [subject], NOW)
    Review.objects.create(
        customer=order.customer, order=order, product=product, status="waiting", stars=5, sent_at=NOW, language="en"
    )

    assert (before, matching_subjects(rule, [subject], NOW)) == ({1}, set())
