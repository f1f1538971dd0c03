"""Rules made to break something: refused in words, or nothing but data."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from crm.models import Customer
from segments.compile import matching
from segments.rule_field import RuleField
from segments.rule_json import parse
from segments.rules import RuleError
from segments.values import NamedValue, Texts
from segments.vocabulary.registry import FIELDS
from tests.conftest import make_customer, make_order, make_product
from tests.segments.conftest import condition

pytestmark = pytest.mark.django_db

SQL = ["'; DROP TABLE crm_customer; --", '" OR 1=1 --', "%s", "%(now)s", "\\", "{club}", "$1", "%' OR '%' = '"]
# Minutes of backtracking for whoever reads them as patterns of texts like `MANY`.
BOMBS = ["(a+)+$", "(a|aa)+$", "(.*a){25}", "^(([a-z])+.)+[A-Z]([a-z])+$", "%a" * 70, "_%" * 70]
MANY = "a" * 140 + "!"
TEXTUAL = [field for field in FIELDS.values() if field.context is None and isinstance(field.value, Texts | NamedValue)]
LISTED = [field for field in TEXTUAL if isinstance(field.value, Texts) and (field.value.choices or field.value.numeric)]
FREE = [field for field in TEXTUAL if field not in LISTED]
DATED = [
    (name, one.name)
    for name, field in FIELDS.items()
    for one in field.operators
    if field.value_of(one).name == "date" or getattr(field.value_of(one), "value_kind", None) and one.name == "since"
]


def asked(field, text):
    """Every operator that takes a text, asked about this one."""
    for one in field.operators:
        kind = field.value_of(one)
        if isinstance(kind, NamedValue) and kind.value_kind is None:
            yield condition(field.name, one.name, [text, text])
        elif isinstance(kind, Texts):
            yield condition(field.name, one.name, [text])


@pytest.mark.parametrize("text", SQL)
@pytest.mark.parametrize("field", FREE, ids=[field.name for field in FREE])
def test_sql_in_a_value_finds_whom_a_word_nobody_has_finds(now, field, text):
    make_order(placed_at=now)

    for raw, plain in zip(asked(field, text), asked(field, "a word nobody has"), strict=True):
        assert set(matching(raw, now)) == set(matching(plain, now)), raw


@pytest.mark.parametrize("text", SQL)
@pytest.mark.parametrize("field", LISTED, ids=[field.name for field in LISTED])
def test_sql_for_one_of_a_list_is_refused_in_words(now, field, text):
    for raw in asked(field, text):
        with pytest.raises(RuleError) as refused:
            matching(raw, now).count()
        assert 0 < len(str(refused.value)) < 300


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_pattern_in_a_value_is_read_letter_by_letter(now, bomb):
    plain = make_order(customer=make_customer(city=MANY, attributes={"name": MANY}), product=make_product(name=MANY))
    literal = make_order(customer=make_customer(city=bomb, attributes={"name": bomb}), product=make_product(name=bomb))
    rules = [
        condition("city", "is", [bomb]),
        condition("attribute", "is", ["name", bomb]),
        condition("attribute", "contains", ["name", bomb]),
        condition("bought_named", "bought_like", [bomb]),
    ]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '30s'")
    found = [set(matching(rule, now).values_list("pk", flat=True)) for rule in rules]

    assert found == [{literal.customer_id}] * len(rules)
    assert plain.customer_id not in set().union(*found)


@pytest.mark.parametrize(("field", "operator"), DATED)
@pytest.mark.parametrize("day", ["0000-01-01", "0000-00-00", "-0001-01-01", "9999-12-31", "2026-02-30", "today"])
def test_a_day_no_calendar_of_a_shop_has_is_refused_in_words(field, operator, day):
    value = ["until", day] if isinstance(FIELDS[field].value, NamedValue) else day
    context = [one for one in [FIELDS[field].context] if one]

    with pytest.raises(RuleError, match="^Condition 1: enter a "):
        parse({"all": [condition(field, operator, value)]}, context)


def nested(depth):
    return '{"all": [' * depth + json.dumps(condition("vip", "yes")) + "]}" * depth


HUGE = [
    pytest.param(nested(1_000), id="a tree a thousand deep"),
    pytest.param(nested(100_000), id="a tree a hundred thousand deep"),
    pytest.param("[" * 100_000, id="brackets that never close"),
    pytest.param(json.dumps({"all": [condition("city", "is", ["x" * 1_000_000])]}), id="a million characters"),
    pytest.param(json.dumps({"all": [condition("x" * 1_000_000, "is", ["x"])]}), id="a field of a million"),
    pytest.param(
        json.dumps({"all": [condition("orders_count", "at_least", 1)] * 10_000}), id="ten thousand conditions"
    ),
    pytest.param('{"field": "orders_count", "operator": "at_least", "value": 1e400}', id="an infinite number"),
    pytest.param('{"field": "orders_count", "operator": "at_least", "value": ' + "9" * 4_000 + "}", id="4,000 digits"),
]


@pytest.mark.parametrize("posted", HUGE)
def test_the_editor_refuses_in_a_sentence(posted):
    with pytest.raises(ValidationError) as refused:
        RuleField().clean(posted)

    (sentence,) = refused.value.messages
    assert 0 < len(sentence) < 300


@pytest.mark.parametrize("posted", HUGE)
def test_the_live_count_refuses_in_a_sentence(admin_client, posted):
    answer = admin_client.post(reverse("admin:segments_segment_count"), {"rule": posted})

    assert answer.status_code == 200
    assert 0 < len(answer.json()["problem"]) < 300


@pytest.mark.parametrize("text", [*SQL, *BOMBS, "x" * 100_000])
def test_offers_of_values_take_any_text_as_a_beginning(admin_client, text):
    make_customer(city="Perm")

    for field in TEXTUAL:
        answer = admin_client.get(reverse("admin:segments_segment_values"), {"field": field.name, "q": text})
        assert answer.status_code == 200
    assert Customer.objects.count() == 1
