"""What was done to a chain is told on its page: who, when, what was and what is."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.admin.chain_history import SHOWN, history_context
from chains.definition import draft_history
from chains.definition.draft_history import act
from chains.definition.publishing import publish
from tests.chains.factories import draft_chain, message, wait
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(shop):
    return User.objects.create_user("ann", first_name="Ann", is_staff=True)


def set_priority(chain, priority, by):
    with act(chain, by, what=f"Changed: {priority}"):
        chain.priority = priority
        chain.save()


def told(chain, before=0):
    return [(one.what, one.by and one.by.username, one.differences) for one in history_context(chain, before)["told"]]


def test_every_act_and_publishing_is_told_the_newest_first(ann):
    chain = draft_chain(message(name="Thanks"), wait(3), priority=5)
    with act(chain, ann, what="Changed: the wait"):
        chain.steps.filter(kind="wait").update(wait_amount=4)
    publish(chain, timezone.now(), ann)
    set_priority(chain, 7, ann)
    chain.refresh_from_db()

    assert told(chain) == [
        ("Changed: 7", "ann", ["Priority: 5 → 7"]),
        ("Published as version 1.", "ann", []),
        ("Changed: the wait", "ann", ["Step 2: wait for 3 days → wait for 4 days"]),
    ]


def test_what_was_undone_is_no_part_of_it(ann):
    chain = draft_chain(message(), priority=5)
    set_priority(chain, 7, ann)
    set_priority(chain, 8, ann)

    draft_history.undo(chain, ann)

    assert told(chain) == [("Changed: 7", "ann", ["Priority: 5 → 7"])]


def test_older_acts_are_led_to_and_none_is_told_twice_or_left_out(ann):
    chain = draft_chain(message(), priority=0)
    for number in range(1, 2 * SHOWN):
        set_priority(chain, number, ann)
    publish(chain, chain.draft_states.order_by("pk")[5].at, ann)

    newest = history_context(chain)
    rest = history_context(chain, newest["older"])

    said = [one.what for one in (*newest["told"], *rest["told"])]
    assert len(newest["told"]) == SHOWN
    assert sorted(said) == sorted(
        [*(f"Changed: {number}" for number in range(1, 2 * SHOWN)), "Published as version 1."]
    )
    assert rest["older"] == 0


def test_managers_read_it_beside_the_picture_and_as_a_page(client, ann):
    chain = draft_chain(message(), priority=5)
    with act(chain, ann, what="Changed: who"):
        chain.audience_rule = {"all": [{"field": "city", "operator": "is", "value": ["Rome"]}]}
        chain.save()
    manager = User.objects.create_user("manager", is_staff=True)
    manager.groups.add(Group.objects.get(name="Managers"))
    client.force_login(manager)
    page = reverse("admin:chains_chain_history", args=[chain.pk])

    assert page in client.get(reverse("admin:chains_chain_change", args=[chain.pk])).content.decode()
    for headers in ({"X-Encore-Piece": "1"}, {}):
        said = client.get(page, headers=headers).content.decode()
        assert "Audience: Everybody → City: Rome" in said
        assert "Ann" in said
        assert "operator" not in said


def test_a_chain_published_without_an_act_tells_of_that(ann):
    chain = draft_chain(message())
    publish(chain, NOW)

    assert told(chain) == [("Published as version 1.", None, [])]
