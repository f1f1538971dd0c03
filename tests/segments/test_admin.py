import json
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from segments.models import Membership, Segment
from segments.refresh import refresh
from tests.conftest import make_category, make_customer, make_order, make_product
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db

COUNT = reverse("admin:segments_segment_count")
VALUES = reverse("admin:segments_segment_values")
ADD = reverse("admin:segments_segment_add")
BUYERS = {"all": [condition("orders_count", "at_least", 1)]}


@pytest.fixture
def staff(client):
    """Log in somebody with just these permissions."""

    def log_in(*permissions):
        user = User.objects.create_user(f"staff{User.objects.count()}", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def marketer(staff):
    return staff("view_segment", "add_segment", "change_segment", "delete_segment", "view_membership", "view_customer")


def change_address(segment):
    return reverse("admin:segments_segment_change", args=[segment.pk])


def form(rule, name="Kettle lovers", **more):
    return {"name": name, "description": "", "rule": json.dumps(rule), "is_active": "on"} | more


def shown_in_editor(response):
    script = re.search(r'data-rule\n.*?<script type="application/json">(.*?)</script>', response.content.decode(), re.S)
    return json.loads(script[1])


def test_a_new_segment_is_saved_and_its_members_are_found_at_once(marketer, django_capture_on_commit_callbacks):
    make_order()
    make_customer()

    with django_capture_on_commit_callbacks(execute=True):
        response = marketer.post(
            ADD, form({"any": [{"field": "orders_count", "operator": "at_least", "value": "1", "window": ""}]})
        )

    assert response.status_code == 302
    segment = Segment.objects.get(name="Kettle lovers")
    assert segment.rule == {"any": [condition("orders_count", "at_least", 1)]}
    assert segment.members_count == 1


def test_what_was_saved_comes_back_as_rows_with_names_for_ids(marketer):
    kettles = make_category("Kitchen / Kettles")
    rule = {
        "any": [
            condition("bought_category", "bought", [str(kettles.pk)], window=90),
            condition("orders_count", "at_least", 2, where=[condition("product", "bought", ["K1"])]),
        ]
    }
    make_product(sku="K1", name="Kettle one")
    segment = make_segment(rule=rule)

    editor = shown_in_editor(marketer.get(change_address(segment)))

    first, second = editor["rule"]["any"]
    assert first["labels"] == {str(kettles.pk): "Kettles"}
    assert second["where"][0]["labels"] == {"K1": "Kettle one"}
    assert (first["window"], first["value"]) == (90, [str(kettles.pk)])


def test_a_mistake_is_told_at_its_row_and_nothing_is_saved(marketer):
    rule = {"all": [condition("vip", "yes"), condition("age", "at_least", "")]}

    response = marketer.post(ADD, form(rule))

    assert "Condition 2: enter a number" in response.content.decode()
    editor = shown_in_editor(response)
    assert editor["error"] == {"path": [1], "message": "enter a number"}
    assert editor["rule"] == rule
    assert not Segment.objects.filter(name="Kettle lovers").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"all": "x"}', '{"all": [{"field": {}}]}'])
def test_a_rule_that_is_none_is_refused_in_words(marketer, text):
    response = marketer.post(ADD, form({}) | {"rule": text})

    assert response.status_code == 200
    assert response.context["adminform"].form.errors["rule"]
    assert not Segment.objects.filter(name="Kettle lovers").exists()


def test_editing_the_name_keeps_what_a_refresh_counted_meanwhile(marketer, now):
    segment = make_segment(rule=BUYERS)
    make_order(placed_at=now)
    refresh(segment, now)

    marketer.post(change_address(segment), form(BUYERS, name="Buyers"))

    segment.refresh_from_db()
    assert (segment.name, segment.members_count, segment.refreshed_at) == ("Buyers", 1, now)
    assert segment.history.count() == 2


def test_editing_the_rule_makes_the_next_refresh_silent(marketer, now):
    segment = make_segment(rule=BUYERS)
    refresh(segment, now)

    marketer.post(change_address(segment), form({"all": [condition("vip", "yes")]}))

    segment.refresh_from_db()
    assert segment.refreshed_at is None


def test_an_old_version_of_a_rule_can_be_brought_back(marketer, now):
    segment = make_segment(rule=BUYERS)
    marketer.post(change_address(segment), form({"all": [condition("vip", "yes")]}))
    Segment.objects.filter(pk=segment.pk).update(refreshed_at=now)
    history = reverse("admin:segments_segment_history", args=[segment.pk])

    listing = marketer.get(history).content.decode()
    old = segment.history.earliest()
    response = marketer.post(f"{history}{old.pk}/", form(BUYERS, name=segment.name))

    assert "Number of orders: at least 1" in listing
    assert "VIP: yes" in listing
    assert response.status_code == 302
    segment.refresh_from_db()
    assert (segment.rule, segment.refreshed_at) == (BUYERS, None)


def test_groups_inside_groups_come_back_as_they_were_saved(marketer):
    kettles = make_category("Kitchen / Kettles")
    bought = condition("bought_category", "bought", [str(kettles.pk)])
    rule = {"all": [condition("vip", "yes"), {"none": [bought, {"any": [condition("city", "is", ["Perm"])]}]}]}
    segment = make_segment(rule=rule)

    editor = shown_in_editor(marketer.get(change_address(segment)))
    marketer.post(change_address(segment), form(rule, name="Renamed"))

    shown = editor["rule"]["all"][1]["none"][0]
    assert shown.pop("labels") == {str(kettles.pk): "Kettles"}
    assert editor["rule"] == rule
    assert Segment.objects.get(name="Renamed").rule == rule


def test_a_mistake_in_a_group_is_told_by_its_path(marketer):
    rule = {"all": [condition("vip", "yes"), {"any": [condition("vip", "no"), condition("age", "at_least", "x")]}]}

    response = marketer.post(ADD, form(rule))

    assert "Condition 2.2: enter a number" in response.content.decode()
    assert shown_in_editor(response)["error"] == {"path": [1, 1], "message": "enter a number"}


def test_a_segment_may_not_ask_for_itself_even_through_another(marketer):
    first = make_segment(rule=BUYERS)
    second = make_segment(rule={"all": [condition("segment", "is", [str(first.pk)])]})

    response = marketer.post(
        change_address(first), form({"all": [condition("segment", "is", [str(second.pk)])]}, name=first.name)
    )

    assert "this segment asks for itself in a circle" in response.content.decode()
    first.refresh_from_db()
    assert first.rule == BUYERS


def test_a_copy_begins_with_what_the_origin_has(marketer):
    segment = make_segment(rule=BUYERS, name="Buyers", description="All of them")

    page = marketer.get(change_address(segment)).content.decode()
    copied = marketer.get(ADD, {"copy": segment.pk})

    assert f"{ADD}?copy={segment.pk}" in page
    assert shown_in_editor(copied)["rule"] == BUYERS
    initial = copied.context["adminform"].form.initial
    assert (initial["name"], initial["description"]) == ("Copy of “Buyers”", "All of them")
    assert Segment.objects.filter(rule=BUYERS).count() == 1


@pytest.mark.parametrize("asked", ["0", "x", "9" * 30, "-1", ""])
def test_a_copy_of_nothing_is_an_empty_form(marketer, asked):
    assert marketer.get(ADD, {"copy": asked}).status_code == 200


def test_says_condition_by_condition_why_somebody_is_in_or_not(marketer):
    olga = make_order(customer=make_customer(first_name="Olga", city="Perm")).customer
    rule = {"all": [BUYERS["all"][0], {"none": [condition("city", "is", ["Perm"]), condition("vip", "yes")]}]}
    segment = make_segment(rule=rule, name="Not from Perm")
    why = reverse("admin:segments_segment_why", args=[segment.pk])

    found = marketer.get(why, {"q": "olga"}).content.decode()
    page = marketer.get(why, {"customer": olga.pk})

    assert f"?customer={olga.pk}" in found
    reason = page.context["reason"]
    assert (reason.holds, [item.holds for item in reason.items]) == (False, [True, False])
    assert [(item.holds, item.sentence) for item in reason.items[1].items] == [
        (True, "City: Perm"),
        (False, "VIP: yes"),
    ]
    assert "does not belong to the segment" in page.content.decode()


def test_only_who_may_see_customers_may_ask_why(staff):
    segment = make_segment(rule=BUYERS)

    assert staff("view_segment").get(reverse("admin:segments_segment_why", args=[segment.pk])).status_code == 403


def test_who_may_only_look_sees_a_sentence(staff):
    segment = make_segment(rule=BUYERS)
    manager = staff("view_segment")

    page = manager.get(change_address(segment)).content.decode()

    assert "Number of orders: at least 1" in page
    assert "data-rule" not in page
    assert manager.post(change_address(segment), form(BUYERS, name="Mine")).status_code == 403
    assert not Segment.objects.filter(name="Mine").exists()


def test_counts_while_editing_and_names_a_few(marketer):
    customer = make_order(customer=make_customer(first_name="Olga", city="Perm")).customer
    hint = f"Perm · {customer.contacts.get().address}"
    make_customer()

    answer = marketer.post(COUNT, {"rule": json.dumps(BUYERS)}).json()

    assert answer == {
        "count": "1",
        "of": "customer of 2",
        "sentence": "Number of orders: at least 1",
        "sample": [{"name": "Olga", "hint": hint, "url": reverse("admin:crm_customer_change", args=[customer.pk])}],
    }
    assert not Membership.objects.exists()


def test_counting_says_what_is_missing(marketer):
    answer = marketer.post(COUNT, {"rule": json.dumps({"all": [{"field": ""}]})}).json()

    assert answer == {"problem": "Condition 1: choose what to ask about"}


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_counting_what_is_no_rule_says_so(marketer, text):
    assert marketer.post(COUNT, {"rule": text}).json() == {"problem": "This is not a rule."}


def test_names_of_customers_stay_with_those_who_may_see_customers(staff):
    make_order()

    answer = staff("view_segment").post(COUNT, {"rule": json.dumps(BUYERS)}).json()

    assert (answer["count"], answer["sample"]) == ("1", [])


@pytest.mark.parametrize("address", [COUNT, VALUES])
def test_a_support_agent_may_neither_count_nor_look_up(staff, address):
    agent = staff("view_customer")

    assert agent.post(address, {"rule": json.dumps(BUYERS)}).status_code in (403, 405)
    assert agent.get(address).status_code in (403, 405)


@pytest.mark.parametrize(
    ("field", "typed", "offered"),
    [
        ("city", "mos", [["Moscow", "Moscow"]]),
        ("tags", "vi", [["vip-club", "vip-club"]]),
        ("source", "", [["ads", "ads"]]),
        ("bought_product", "blue", [["B-1", "Blue kettle (B-1)"]]),
        ("orders_count.product", "b-", [["B-1", "Blue kettle (B-1)"]]),
        ("age", "2", []),
        ("orders_count.nonsense", "", []),
        ("nonsense", "", []),
        ("city", "%", []),
    ],
)
def test_offers_values_from_the_shops_own_data(marketer, field, typed, offered):
    make_customer(city="Moscow", tags=["vip-club", "press"], source="ads")
    make_product(sku="B-1", name="Blue kettle")

    assert marketer.get(VALUES, {"field": field, "q": typed}).json() == {"values": offered, "more": ""}


def test_a_list_of_offers_that_was_cut_says_so_with_how_many_there_are(marketer):
    for number in range(23):
        make_category(f"Kettles {number:02}")

    offered = marketer.get(VALUES, {"field": "bought_category", "q": "kettles"}).json()

    assert len(offered["values"]) == 20
    assert offered["more"] == "The first 20 of 23. Type a part of the name to find the others."


def test_the_list_shows_sizes_and_leads_to_the_members(marketer, now):
    segment = make_segment(rule=BUYERS, name="Buyers")
    customer = make_order(customer=make_customer(first_name="Olga"), placed_at=now).customer
    refresh(segment, now)

    listing = marketer.get(reverse("admin:segments_segment_changelist")).content.decode()
    link = re.search(r'href="([^"]+)">1</a>', listing)[1].replace("&amp;", "&")
    members = marketer.get(link).content.decode()

    assert reverse("admin:crm_customer_change", args=[customer.pk]) in members


def test_members_can_be_found_again_from_the_list(marketer, now):
    make_order(placed_at=now)
    segment = make_segment(rule=BUYERS)

    marketer.post(
        reverse("admin:segments_segment_changelist"), {"action": "refresh_now", "_selected_action": [segment.pk]}
    )

    segment.refresh_from_db()
    assert segment.members_count == 1


def test_who_may_delete_a_segment_may_delete_it_with_its_members(marketer, now):
    make_order(placed_at=now)
    segment = make_segment(rule=BUYERS)
    refresh(segment, now)

    asked = marketer.get(reverse("admin:segments_segment_delete", args=[segment.pk]))
    marketer.post(reverse("admin:segments_segment_delete", args=[segment.pk]), {"post": "yes"})

    # In counts: of members there may be millions.
    assert asked.context["deleted_objects"] == [str(segment)]
    assert [count for _name, count in asked.context["model_count"]] == [1, 1]
    assert not type(segment).objects.filter(pk=segment.pk).exists()


def test_a_broken_segment_says_what_is_wrong(marketer, now):
    segment = make_segment(rule={"all": [condition("gone", "is", ["x"])]})
    refresh(segment, now)

    page = marketer.get(change_address(segment)).content.decode()

    assert "Condition 1: choose what to ask about" in page


@pytest.mark.parametrize("page", ["segment", "membership"])
def test_lists_take_a_constant_number_of_queries(marketer, django_assert_max_num_queries, now, page):
    for _ in range(12):
        make_order(placed_at=now)
        refresh(make_segment(rule=BUYERS), now)

    with django_assert_max_num_queries(14):
        marketer.get(reverse(f"admin:segments_{page}_changelist"))
