import json

import pytest
from django.utils import translation

from segments.describe import describe
from segments.rule_json import dump, parse
from segments.rules import GroupKind, RuleError
from segments.vocabulary.registry import FIELDS
from tests.segments.conftest import condition


def refusal(raw):
    with pytest.raises(RuleError) as caught:
        parse(raw)
    return str(caught.value)


def test_reads_and_writes_a_nested_rule():
    raw = {
        "any": [
            condition("city", "is", ["Moscow", "Kazan"]),
            {"none": [condition("orders_count", "at_least", 2, window=90)]},
        ]
    }

    rule = parse(raw)

    assert rule.kind is GroupKind.ANY
    assert dump(rule) == raw


def test_reads_numbers_the_way_people_type_them():
    rule = parse(condition("revenue", "at_least", " 1000,50 "))

    assert dump(rule)["value"] == "1000.5"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_two_fields_are_called_the_same_where_one_chooses_by_name(language):
    with translation.override(language):
        for fields in (FIELDS.values(), *(field.filters for field in FIELDS.values())):
            names = [str(field.label) for field in fields]
            assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({}, id="an empty object"),
        pytest.param({"all": []}, id="no conditions"),
        pytest.param({"all": {}}, id="items that are no list"),
        pytest.param({"all": [1]}, id="a number for a condition"),
        pytest.param({"all": [], "any": []}, id="two kinds at once"),
        pytest.param({"field": ["city"], "operator": "is"}, id="a list for a field"),
        pytest.param(condition("nonsense", "is", ["x"]), id="an unknown field"),
        pytest.param(condition("city", "at_least", 3), id="an operator of another field"),
        pytest.param(condition("city", "is"), id="no value"),
        pytest.param(condition("city", "is", []), id="no values"),
        pytest.param(condition("city", "is", [""]), id="an empty text"),
        pytest.param(condition("city", "is", [None]), id="a null for a text"),
        pytest.param(condition("city", "is", [["x"]]), id="a list for a text"),
        pytest.param(condition("city", "is", ["x" * 1_000_000]), id="a million characters"),
        pytest.param(condition("city", "is", ["a\x00b"]), id="a NUL"),
        pytest.param(condition("city", "is", ["\ud800"]), id="half a surrogate pair"),
        pytest.param(condition("city", "is", ["x"] * 201), id="too many values"),
        pytest.param(condition("city", "known", ["x"]), id="a value where none belongs"),
        pytest.param(condition("city", "is", ["x"], window=30), id="days where none belong"),
        pytest.param(condition("orders_count", "at_least", "many"), id="a word for a number"),
        pytest.param(condition("orders_count", "at_least", True), id="a truth for a number"),
        pytest.param(condition("orders_count", "at_least", "1.5"), id="half an order"),
        pytest.param(condition("orders_count", "at_least", -1), id="a negative count"),
        pytest.param(condition("orders_count", "at_least", 10**400), id="a number of 400 digits"),
        pytest.param(condition("orders_count", "at_least", "9" * 1_000_000), id="a number of a million digits"),
        pytest.param(condition("orders_count", "at_least", "1e999999"), id="a huge exponent"),
        pytest.param(condition("orders_count", "at_least", float("nan")), id="not a number"),
        pytest.param(condition("orders_count", "at_least", float("inf")), id="infinity"),
        pytest.param(condition("orders_count", "at_least", 1, window=0), id="a window of no days"),
        pytest.param(condition("orders_count", "at_least", 1, window=10**9), id="a window of a billion days"),
        pytest.param(condition("orders_count", "at_least", 1, where="x"), id="a text for filters"),
        pytest.param(condition("orders_count", "at_least", 1, where=[condition("city", "is", ["x"])]), id="alien"),
        pytest.param(condition("last_order", "since", "0000-01-01"), id="the year 0"),
        pytest.param(condition("last_order", "since", "9999-12-31"), id="the year 9999"),
        pytest.param(condition("last_order", "since", "2026-02-30"), id="a day that is not"),
        pytest.param(condition("last_order", "within", 10**7), id="more days than there were"),
        pytest.param(condition("stage", "is", ["asleep"]), id="not one of the choices"),
        pytest.param(condition("bought_category", "bought", ["1 OR 1=1"]), id="SQL for a category"),
        pytest.param(condition("bought_category", "bought", ["٣"]), id="digits of another script"),
        pytest.param(condition("bought_category", "bought", [10**30]), id="an id no row can have"),
    ],
)
def test_refuses_in_words(raw):
    words = refusal(raw)

    assert words
    assert len(words) < 300


def test_refuses_a_tree_a_thousand_deep():
    raw = condition("vip", "yes")
    for _ in range(1000):
        raw = {"all": [raw]}

    assert refusal(raw) == "Groups are nested too deep: at most 5 levels"


def test_refuses_more_conditions_than_a_person_would_write():
    assert refusal({"all": [condition("vip", "yes")] * 101}) == "A rule may have at most 100 conditions"


def test_says_where_the_mistake_is():
    raw = {"all": [condition("vip", "yes"), {"any": [condition("age", "at_least", "old")]}]}

    with pytest.raises(RuleError) as caught:
        parse(raw)

    assert caught.value.path == (1, 0)
    assert str(caught.value) == "Condition 2.1: enter a number"


def test_what_is_written_down_is_json():
    rule = parse({"all": [condition("last_order", "since", "2026-01-31"), condition("revenue", "at_least", 99.9)]})

    assert json.loads(json.dumps(dump(rule))) == dump(rule)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (condition("orders_count", "at_least", 2, window=90), "Number of orders: at least 2, over the last 90 days"),
        (condition("last_order", "ago", 1), "Last order: 1 day ago or more"),
        (condition("city", "is_not", ["Moscow", "Kazan"]), "City: not Moscow or Kazan"),
        (condition("stage", "is", ["at_risk"]), "Stage: at risk"),
        (condition("vip", "yes"), "VIP: yes"),
        (
            {"any": [condition("vip", "yes"), {"none": [condition("age", "at_most", 25)]}]},
            "VIP: yes; or (none of: age: at most 25)",
        ),
        (
            condition("opened", "at_least", 2, where=[condition("tag", "has", ["recipes"])]),
            "Letters opened: at least 2 (tag of the letter: has recipes)",
        ),
    ],
)
def test_describes_a_rule_in_a_sentence(raw, sentence):
    assert describe(parse(raw)) == sentence


def test_every_field_can_be_described_in_both_languages():
    for language in ("en", "ru"):
        with translation.override(language):
            for field in FIELDS.values():
                for operator in field.operators:
                    assert str(operator.sentence % {"field": field.label, "name": "plan", "value": "5", "number": 5})


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param("family", id="a name alone"),
        pytest.param(["family"], id="one of two"),
        pytest.param(["family", ""], id="an empty value"),
        pytest.param(["family", "x" * 1_000_000], id="a million characters"),
        pytest.param([["family"], {"a": 1}], id="a document for a value"),
        pytest.param(["fam\x00ily", "x"], id="a character that cannot be stored"),
        pytest.param(["a", "b", "c"], id="three"),
    ],
)
def test_a_name_with_a_value_is_refused_in_words_unless_it_is_one(value):
    assert refusal({"all": [condition("attribute", "is", value)]}) == "Condition 1: enter a name and a value"


def test_a_name_with_a_value_is_only_ever_data():
    hostile = ["'); DROP TABLE crm_customer; --", "$.x ? (@ == 1)"]

    rule = parse({"all": [condition("attribute", "is", hostile)]})

    assert dump(rule)["all"][0]["value"] == hostile
    assert describe(rule) == "Attribute “{}”: {}".format(*hostile)
