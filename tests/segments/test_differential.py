"""Members found by SQL are those found by walking the facts by hand."""

import datetime as dt
import functools
import os
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.compile import matching
from segments.rule_json import parse
from segments.rules import conditions
from segments.vocabulary.registry import FIELDS
from tests.segments.world import ANSWERS, CITIES, PRODUCTS, TAGS, Judge, make_people, store

pytestmark = pytest.mark.django_db

# A leap year, the end of February, an hour at which the shop's day is not that of UTC.
NOW = dt.datetime(2024, 2, 27, 22, 30, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Moscow")

# Shown in tests of their own: what other segments say, letters of chains, surveys, and what stands in rows of its own.
ELSEWHERE = {
    "segment",
    "sent",
    "opened_of_last",
    "survey_answers",
    "questions_asked",
    "points",
    "tier",
    "tier_ends",
    "any_review",
    "hidden_pain",
    "task_outcome",
    "registered_product",
    "subscription",
    "subscription_stopped",
}
DAYS = [0, 1, 29, 30, 31, 59, 90, 179, 180, 365, 366]
NUMBERS = {
    "orders_count": [0, 1, 2, 3],
    "revenue": [0, 100, 3000],
    "margin": [-500, 0, 1500],
    "average_order": [0, 1500, 2000.5],
    "interval": [0, 10, 90],
    "returns": [0, 1, 2],
    "total": [0, 2000],
    "discount": [0, 1, 50],
    "rating": [1, 3, 5],
    "age": [25, 28, 31, 32, 34],
    "birthday": [0, 1, 2, 30, 365],
    "complaints": [0, 1, 2],
    "last_rating": [1, 3, 5],
    "any_rating": [1, 3, 5],
    "last_nps": [0, 3, 5],
    "any_nps": [0, 3, 5],
    "recency_score": [1, 3, 5],
    "frequency_score": [1, 3, 5],
    "monetary_score": [1, 3, 5],
    "order_margin": [-500, 0, 1500],
    "alive": [0, 50, 100],
    "expected_orders": [0, 0.5, 1],
    "expected_revenue": [0, 100, 101],
    "next_order": [0, 1, 30, 365],
    "came_back": [1, 2, 30, 90],
    "silent": [1, 2, 30, 90],
    "pages": [0, 1, 2],
    "friends_brought": [0, 1, 2],
    "friends_ordered": [0, 1, 2],
    "referral_rewards": [0, 1, 2],
    "forwarded": [0, 1, 2],
    "happened": [0, 1, 2, 4],
    "seconds": [0, 5, 40, 90],
    "replied": [0, 1, 2],
    "opened": [0, 1, 2],
    "clicked": [0, 1, 2],
}
TEXTS = {
    "city": [city for city in CITIES if city],
    "language": ["en", "ru"],
    "tags": TAGS,
    "tag": ["recipes", "tips"],
    "source": ["ads", "friend"],
    "reachable": ["email", "sms"],
    "open_case": ["complaint", "question"],
    "mood": ["good", "bad"],
    "stage": ["none", "new", "active", "at_risk", "sleeping", "lost"],
    "bought_product": list(PRODUCTS),
    "product": list(PRODUCTS),
    "bought_tier": ["budget", "middle", "premium"],
    "tier": ["budget", "premium"],
    "complexity": ["simple", "complex"],
    "bought_complexity": ["simple", "complex"],
    "bought_without": ["accessory", "upgrade", "service", "consumable"],
    "bought_named": ["KETTLE", "electric", "100%", "100_", "mixer"],
    "coupon": ["SPRING", "HELLO", "spring"],
    "order_source": ["site", "till"],
    "reachable_for_service": ["email", "sms"],
    "channel": ["email", "sms"],
    "chosen_answer": ANSWERS,
    "marketing_consent": ["granted", "withdrawn", "requested"],
    "deliverability": ["active", "bounced"],
    "url": ["delivery", "100%", "shop_example", "/D"],
}
PAIRS = {
    "attribute": [
        ["family", "married"],
        ["family", "single"],
        ["children", "2"],
        ["family", '["x"]'],
        ["none", "x"],
        ["since", "20"],
    ],
    "property": [["plan", "gold"], ["plan", "5"], ["plan", "true"], ["7", "x"], ["seconds", "90"], ["until", "2024"]],
}


CUSTOMER_FIELDS = [field for field in FIELDS.values() if field.name not in ELSEWHERE and field.context is None]


def named_values(pairs, kind):
    if kind.value_kind is None:
        return st.sampled_from(pairs)
    told = st.sampled_from(["2024-01-28", "2024-02-27"] if kind.value_kind.name == "date" else [-1, 2, 5, 90])
    return st.tuples(st.sampled_from([name for name, _value in pairs]), told).map(list)


# A long run takes another number: ENCORE_RANDOM_RULES=20000 pytest tests/segments/test_differential.py
RANDOM_RULES = int(os.environ.get("ENCORE_RANDOM_RULES", "1000"))


class Shop:
    def __init__(self):
        self.people = make_people(11, NOW, ZONE)
        self.categories = store(self.people, NOW)
        with connection.cursor() as cursor:
            # Nobody else tells the planner of rows that no other transaction sees; without, rules take seconds each.
            cursor.execute("ANALYZE")
        self.judge = Judge(NOW, ZONE, self.categories, django_settings.LANGUAGE_CODE)

    def values(self, field, operator):
        kind = field.value_of(operator)
        if kind.name == "nothing":
            return st.none()
        if kind.name == "date":
            return st.sampled_from(["2023-02-28", "2024-01-28", "2024-02-28"])
        if kind.name == "number":
            return st.sampled_from(NUMBERS.get(field.name, DAYS))
        if kind.name == "pair":
            return named_values(PAIRS[field.name], kind)
        if field.name == "kind":
            known = ["goods", "service"] if kind.name == "choice" else ["page.viewed", "message.opened", "unheard"]
            return st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)
        known = TEXTS.get(field.name) or list(self.categories.values())
        return st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)

    def conditions(self, fields):
        choices = [(field, operator) for field in fields for operator in field.operators]
        return st.sampled_from(choices).flatmap(lambda choice: self.condition(*choice))

    def condition(self, field, operator):
        parts = {
            "field": st.just(field.name),
            "operator": st.just(operator.name),
            "value": self.values(field, operator),
        }
        if field.takes_window:
            parts["window"] = st.sampled_from([None, 30, 90, 400])
        if field.filters:
            parts["where"] = st.lists(self.conditions(field.filters), max_size=2)
        return st.fixed_dictionaries(parts)

    def rules(self):
        leaf = self.conditions(CUSTOMER_FIELDS)
        return st.recursive(
            leaf,
            lambda inner: st.sampled_from(["all", "any", "none"]).flatmap(
                lambda kind: st.lists(inner, min_size=1, max_size=3).map(lambda items: {kind: items})
            ),
            max_leaves=6,
        ).filter(lambda rule: _depth(rule) <= 5)

    def by_sql(self, rule, customers=None):
        return set(matching(rule, NOW, customers).values_list("pk", flat=True))


def _depth(rule):
    items = next((rule[kind] for kind in ("all", "any", "none") if kind in rule), None)
    return 0 if items is None else 1 + max(_depth(item) for item in items)


@pytest.fixture(scope="module")
def kept_shop(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(TIME_ZONE=str(ZONE)), transaction.atomic():
        yield Shop()
        transaction.set_rollback(True)


exploring = functools.partial(settings, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.mark.parametrize("name", [field.name for field in CUSTOMER_FIELDS])
def test_every_field_and_operator_finds_whom_a_walk_over_the_facts_finds(kept_shop, name):
    field = FIELDS[name]
    for operator in field.operators:

        @exploring(max_examples=8)
        @given(kept_shop.condition(field, operator))
        def agrees(rule):
            assert kept_shop.by_sql(rule) == kept_shop.judge.members(rule, kept_shop.people), rule

        agrees()


def test_random_rules_find_whom_a_walk_over_the_facts_finds(kept_shop):
    @exploring(max_examples=RANDOM_RULES)
    @given(kept_shop.rules())
    def agrees(rule):
        assert kept_shop.by_sql(rule) == kept_shop.judge.members(rule, kept_shop.people), rule

    agrees()


def test_a_rule_asked_about_a_few_customers_agrees_with_the_rule_asked_about_all(kept_shop):
    some = [person.pk for person in kept_shop.people[::3]]

    @exploring(max_examples=100)
    @given(kept_shop.rules())
    def agrees(rule):
        assert kept_shop.by_sql(rule, some) == kept_shop.by_sql(rule) & set(some), rule

    agrees()


@pytest.mark.parametrize("share", [pytest.param(0, id="grouping everybody's rows"), pytest.param(1, id="one by one")])
def test_whoever_light_conditions_leave_both_ways_of_asking_the_heavy_ones_agree(kept_shop, monkeypatch, share):
    monkeypatch.setattr("segments.compile.FEW", share)

    @exploring(max_examples=200)
    @given(st.lists(kept_shop.conditions(CUSTOMER_FIELDS), min_size=2, max_size=4))
    def agrees(items):
        rule = {"all": items}
        assert kept_shop.by_sql(rule) == kept_shop.judge.members(rule, kept_shop.people), rule

    agrees()


def test_a_random_rule_reads_the_same_after_it_was_written_down(kept_shop):
    from segments.rule_json import dump

    @exploring(max_examples=200)
    @given(kept_shop.rules())
    def agrees(rule):
        assert parse(dump(parse(rule))) == parse(rule)
        assert conditions(parse(rule))

    agrees()
