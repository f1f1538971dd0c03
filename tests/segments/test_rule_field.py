"""The rule as a field of other forms: of a chain, a branch, a wait."""

import json

import pytest
from django import forms
from django.urls import reverse

from segments.rule_field import RuleField
from tests.conftest import make_customer, make_order
from tests.segments.conftest import condition

pytestmark = pytest.mark.django_db

BLANK = [
    pytest.param("", id="nothing was touched"),
    pytest.param("null", id="null"),
    pytest.param('{"all": [{"field": ""}]}', id="a row without a field"),
    pytest.param('{"any": [{"field": ""}, {"field": ""}]}', id="two of them"),
]
FIRST_ORDER = {"all": [condition("order_first", "yes")]}


class OrderForm(forms.Form):
    rule = RuleField(required=False, context=("order",))


class CustomerForm(forms.Form):
    rule = RuleField()


@pytest.mark.parametrize("posted", BLANK)
def test_a_rule_that_is_not_required_may_be_none_at_all(posted):
    form = OrderForm({"rule": posted})

    assert form.is_valid()
    assert form.cleaned_data == {"rule": None}
    assert not OrderForm({"rule": posted}, initial={"rule": None}).has_changed()


@pytest.mark.parametrize("posted", BLANK)
def test_a_rule_that_is_required_may_not(posted):
    assert not CustomerForm({"rule": posted}).is_valid()


def test_a_group_without_conditions_inside_another_is_a_mistake():
    form = OrderForm({"rule": json.dumps({"all": [{"any": [{"field": ""}]}]})})

    assert form.errors == {"rule": ["Condition 1.1: choose what to ask about"]}


def test_asks_about_an_order_only_where_there_is_one():
    assert OrderForm({"rule": json.dumps(FIRST_ORDER)}).is_valid()
    assert CustomerForm({"rule": json.dumps(FIRST_ORDER)}).errors["rule"][0].startswith("Condition 1: “this order is")


def test_knows_when_a_rule_came_or_went():
    assert OrderForm({"rule": ""}, initial={"rule": FIRST_ORDER}).has_changed()
    assert OrderForm({"rule": json.dumps(FIRST_ORDER)}, initial={"rule": None}).has_changed()
    assert not OrderForm({"rule": json.dumps(FIRST_ORDER)}, initial={"rule": FIRST_ORDER}).has_changed()


def counted(client, rule, **more):
    return client.post(reverse("admin:segments_segment_count"), {"rule": json.dumps(rule)} | more).json()


def test_counts_a_rule_about_an_order_among_the_newest_orders(admin_client):
    customer = make_customer()
    for _ in range(3):
        make_order(customer=customer)

    answer = counted(admin_client, FIRST_ORDER, context="order")

    assert (answer["count"], answer["of"]) == ("1", "of the newest 3 orders")
    assert "asks about one order" in counted(admin_client, FIRST_ORDER)["problem"]


def test_says_that_a_rule_about_an_event_waits_for_one(admin_client):
    answer = counted(admin_client, {"all": [condition("event_rating", "at_most", 3)]}, context="order,event")

    assert (answer["count"], answer["of"]) == ("", "Asked when the event comes.")


def test_says_that_no_rule_is_everybody_where_none_is_required(admin_client):
    assert counted(admin_client, {"all": [{"field": ""}]}, optional="1")["of"] == "Everybody"
    assert "problem" in counted(admin_client, {"all": [{"field": ""}]})
