"""Rules about entries: a customer with an order and an event."""

import functools

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.events import record
from segments.compile import matching
from segments.describe import sentence_of
from segments.rule_json import dump, parse
from segments.rules import RuleError
from segments.subjects import Subject, matching_subjects
from segments.vocabulary.field import Context
from segments.vocabulary.operators import NEXT
from segments.vocabulary.registry import FIELDS, offered
from segments.why import explain
from tests.conftest import make_customer, make_order, make_product
from tests.segments import entries
from tests.segments.conftest import condition, make_segment
from tests.segments.test_differential import CUSTOMER_FIELDS, NOW, ZONE, Shop, named_values

pytestmark = pytest.mark.django_db

# Letters of chains need a chain, answers a survey, reviews and tasks rows of theirs: shown in tests of their own.
ELSEWHERE = {
    "event_chain",
    "event_step",
    "event_survey",
    "event_question",
    "event_score",
    "event_level",
    "event_stars",
    "event_task_kind",
    "event_task_outcome",
    "event_task_reason",
    "order_to_review",
}
NUMBERS = {
    "order_total": [0, 2000],
    "order_discount": [0, 50],
    "order_margin": [-500, 0, 1500],
    "order_lines": [0, 1, 2],
    "order_units": [0, 1, 3],
    "order_ordinal": [1, 2, 3],
    "order_silence": [0, 1, 30, 90],
    "order_rating": [1, 3, 5],
    "order_nps": [0, 3, 5],
    "event_rating": [2, 4],
    "event_nps": [0, 9],
    "event_seconds": [0, 40, 90],
    "event_amount": [0, 100.5, 200],
}
TEXTS = {
    "order_product": ["K1", "T1"],
    "order_tier": ["budget", "premium"],
    "order_complexity": ["simple", "complex"],
    "order_named": ["KETTLE", "100%", "mixer"],
    "order_lacking": ["accessory", "upgrade", "service"],
    "order_kind": ["goods", "service"],
    "order_state": ["placed", "paid", "shipped", "delivered", "partly_returned", "returned", "cancelled"],
    "order_coupon": ["SPRING", "HELLO"],
    "order_source": ["site", "till"],
    "order_milestone": ["frame", "roof"],
    "order_case": ["complaint", "question"],
    "event_kind": ["feedback.left", "till.opened", "unheard"],
    "event_link": ["delivery", "100%"],
    "event_url": ["delivery", "100%"],
    "event_tag": ["recipes", "tips"],
    "event_milestone": ["frame", "roof"],
    "event_case": ["complaint", "question"],
    "event_severity": ["high", "low"],
    "event_mood": ["good", "bad"],
    "event_segment": ["7", "9"],
    "event_answer": ["too dear", "no"],
    "event_referral_as": ["recommender", "friend"],
}
PAIRS = [["plan", "gold"], ["plan", "5"], ["score", "2"], ["amount", "100.50"], ["until", "2024"]]
SCOPED = [field for field in FIELDS.values() if field.context and field.name not in ELSEWHERE]

exploring = functools.partial(settings, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


class Entries(Shop):
    def __init__(self):
        super().__init__()
        orders, events = entries.add_details(self.people, NOW)
        self.entry_judge = entries.EntryJudge(self.judge, orders, events)
        self.subjects = self.made(orders, events)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def made(self, orders, events):
        """Every order of every customer with one of their events or none, and each customer by themselves."""
        from crm.models import Event

        owners = dict(Event.objects.filter(pk__in=events).values_list("pk", "customer_id"))
        found = [(one["person"], pk, None) for pk, one in orders.items()]
        found += [(person, None, pk) for person in self.people for pk in events if owners[pk] == person.pk]
        found += [(person, next(iter(orders)), pk) for person, _order, pk in found if pk]
        found += [(person, None, None) for person in self.people]
        self.of = dict(enumerate(found))
        return [Subject(key, person.pk, order, event, event) for key, (person, order, event) in self.of.items()]

    def values(self, field, operator):
        kind = field.value_of(operator)
        if kind.name == "pair" and field.context:
            return named_values(PAIRS, kind)
        if operator is NEXT:
            return st.sampled_from([0, 1, 30, 365])
        if kind.name == "number" and field.name in NUMBERS:
            return st.sampled_from(NUMBERS[field.name])
        if kind.name in ("several", "choice") and field.name in TEXTS:
            return st.lists(st.sampled_from(TEXTS[field.name]), min_size=1, max_size=2, unique=True)
        return super().values(field, operator)

    def rules(self):
        leaf = st.one_of(self.conditions(SCOPED), self.conditions(CUSTOMER_FIELDS))
        return st.recursive(
            leaf,
            lambda inner: st.sampled_from(["all", "any", "none"]).flatmap(
                lambda kind: st.lists(inner, min_size=1, max_size=3).map(lambda items: {kind: items})
            ),
            max_leaves=5,
        )

    def by_hand(self, rule):
        return {key for key, (person, *about) in self.of.items() if self.entry_judge.holds(rule, person, *about)}


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(TIME_ZONE=str(ZONE)), transaction.atomic():
        yield Entries()
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", [field.name for field in SCOPED])
def test_every_field_of_an_order_or_event_holds_where_a_walk_over_the_facts_says_so(kept, name):
    for operator in FIELDS[name].operators:

        @exploring(max_examples=8)
        @given(kept.condition(FIELDS[name], operator))
        def agrees(rule):
            assert matching_subjects(rule, kept.subjects, NOW) == kept.by_hand(rule), rule

        agrees()


def test_random_rules_about_entries_hold_where_a_walk_over_the_facts_says_so(kept):
    @exploring(max_examples=200)
    @given(kept.rules())
    def agrees(rule):
        assert matching_subjects(rule, kept.subjects, NOW) == kept.by_hand(rule), rule

    agrees()


def test_why_tells_of_one_subject_what_holding_says(kept):
    @exploring(max_examples=30)
    @given(kept.rules(), st.sampled_from([one for one in kept.subjects if not kept.of[one.key][0].has_left]))
    def agrees(rule, subject):
        assert explain(rule, subject, NOW).holds == bool(matching_subjects(rule, [subject], NOW)), (rule, subject)

    agrees()


MIXED = {
    "all": [
        condition("order_total", "at_least", 100),
        condition("vip", "no"),
        {"any": [condition("order_first", "yes"), condition("event_property", "is", ["plan", "gold"])]},
        condition("orders_count", "at_least", 1),
    ]
}


def test_asks_as_many_queries_about_a_thousand_entries_as_about_three(kept):
    with CaptureQueriesContext(
        connection,
    ) as about_few:
        matching_subjects(MIXED, kept.subjects[:3], NOW)
    many = [one._replace(key=number) for number, one in enumerate(kept.subjects * 10)]
    with CaptureQueriesContext(connection) as about_many:
        matching_subjects(MIXED, many, NOW)

    assert len(about_few) <= len(about_many) == 4


def test_a_customer_with_two_orders_holds_for_the_one_that_fits(now):
    customer = make_customer()
    kettle = make_product(sku="K", category="Kitchen / Kettles")
    fits = make_order(customer=customer, product=kettle)
    other = make_order(customer=customer, product=make_product(sku="B", category="Bikes"))
    rule = condition("order_category", "has", [str(kettle.category_id)])

    held = matching_subjects(rule, [Subject(10, customer.pk, fits.pk), Subject(20, customer.pk, other.pk)], now)

    assert held == {10}


def test_without_an_order_conditions_about_it_do_not_hold_and_their_opposites_do(now):
    subjects = [Subject(1, make_customer().pk)]

    assert matching_subjects(condition("order_first", "yes"), subjects, now) == set()
    assert matching_subjects(condition("order_first", "no"), subjects, now) == {1}
    assert matching_subjects(condition("event_kind", "is", ["x"]), subjects, now) == set()
    assert matching_subjects({"none": [condition("event_kind", "is", ["x"])]}, subjects, now) == {1}


def test_nobody_to_ask_about_is_no_query(django_assert_num_queries, now):
    with django_assert_num_queries(0):
        assert matching_subjects(MIXED, [], now) == set()


@pytest.mark.parametrize(
    ("context", "raw", "words"),
    [
        ((), condition("order_total", "at_least", 1), "asks about one order"),
        ((Context.EVENT,), condition("order_total", "at_least", 1), "asks about one order"),
        ((Context.ORDER,), condition("event_kind", "is", ["x"]), "asks about one event"),
    ],
)
def test_a_rule_is_refused_where_what_it_asks_about_is_not_at_hand(context, raw, words):
    with pytest.raises(RuleError, match=words) as refused:
        parse({"all": [condition("vip", "yes"), raw]}, context)

    assert refused.value.path == (1,)


def test_a_rule_about_an_order_cannot_be_asked_about_customers_alone(now):
    rule = parse(condition("order_total", "at_least", 1), (Context.ORDER,))

    with pytest.raises(RuleError, match="asks about one order"):
        matching(rule, now)


def test_a_condition_that_broke_is_told_with_its_place(now):
    gone = {"all": [condition("order_first", "no"), {"any": [condition("segment", "is", ["999"])]}]}

    with pytest.raises(RuleError) as refused:
        matching_subjects(gone, [Subject(1, make_customer().pk)], now)

    assert str(refused.value) == "Condition 2.1: a segment chosen here no longer exists"


def test_reads_the_same_after_it_was_written_down():
    rule = parse(MIXED, tuple(Context))

    assert parse(dump(rule), tuple(Context)) == rule


def test_says_a_rule_about_an_order_in_a_sentence_and_no_rule_as_everybody():
    assert sentence_of(condition("order_total", "at_least", 100)) == "Total of this order: at least 100"
    assert sentence_of(condition("event_property", "at_least", ["price", 5])) == (
        "Property of this event “price”: at least 5"
    )
    assert sentence_of(None) == "Everybody"
    assert sentence_of({"all": []}) == "Add at least one condition"


def test_offers_what_is_said_about_the_order_before_what_is_said_about_the_customer():
    names = [field.name for field in offered((Context.ORDER,))]

    assert names[0].startswith("order_")
    assert not any(name.startswith("event_") for name in names)
    assert not any(field.context for field in offered(()))


def test_tells_the_chain_the_step_and_the_segment_of_an_event(no_starters, now):
    from chains.models import Touch
    from tests.chains.written_messages import make_touch

    segment = make_segment(condition("vip", "yes"))
    touch = make_touch()
    Touch.objects.filter(pk=touch.pk).update(step_name="Care")
    told = {"touch": touch.pk, "chain": touch.chain_id}
    opened = record("message.opened", customer=touch.customer, occurred_at=now, source="x", key="1", properties=told)
    entered = record(
        "segment.entered",
        customer=touch.customer,
        occurred_at=now,
        source="x",
        key="2",
        properties={"segment": segment.pk},
    )
    subjects = [Subject(1, touch.customer_id, None, opened.pk), Subject(2, touch.customer_id, None, entered.pk)]

    assert matching_subjects(condition("event_chain", "is", [str(touch.chain_id)]), subjects, now) == {1}
    assert matching_subjects(condition("event_step", "is", ["Care"]), subjects, now) == {1}
    assert matching_subjects(condition("event_step", "is", ["Recipes"]), subjects, now) == set()
    assert matching_subjects(condition("event_segment", "is", [str(segment.pk)]), subjects, now) == {2}
