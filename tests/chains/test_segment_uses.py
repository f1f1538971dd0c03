"""What needs a segment is told on its page and keeps it from being deleted."""

import pytest
from django.urls import reverse

from chains.definition import pausing
from chains.definition.publishing import publish
from chains.models import Chain, SegmentLimits
from segments.models import Segment
from segments.uses import uses
from tests.chains.factories import branch, draft_chain, leave, live_chain, message, until
from tests.conftest import NOW
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


@pytest.fixture
def segment():
    return make_segment(condition("city", "is", ["London"]), name="Londoners")


def naming(segment):
    return {"any": [condition("city", "is", ["7"]), {"none": [condition("segment", "is", [str(segment.pk)])]}]}


def labels(segment):
    return [use.label for use in uses([segment.pk]).get(segment.pk, [])]


def test_a_segment_nothing_names_has_no_uses(segment):
    draft_chain(message(), audience_rule={"all": [condition("city", "is", [str(segment.pk)])]})

    assert labels(segment) == []


@pytest.mark.parametrize("rule", ["audience_rule", "goal_rule", "exit_rule"])
def test_rules_of_a_draft_name_segments(segment, rule):
    draft_chain(message(), name="Welcome", **{rule: naming(segment)})

    assert labels(segment) == ["chain “Welcome”"]


def test_steps_and_arms_name_segments(segment):
    draft_chain(branch((naming(segment), leave()), (None, message())), name="Branching")
    waits = until("segment.entered", wait_rule={"all": [condition("event_segment", "is", [str(segment.pk)])]})
    draft_chain(waits, name="Waiting")

    assert labels(segment) == ["chain “Branching”", "chain “Waiting”"]


def test_a_trigger_settings_and_other_segments_name_it_too(segment):
    draft_chain(message(), name="On entering", event="segment.entered", trigger_segment=segment)
    SegmentLimits.objects.create(segment=segment, weekly_cap=1)
    make_segment(rule=naming(segment), name="Not there")

    assert labels(segment) == ["segment “Not there”", "chain “On entering”", "shop settings"]


def test_what_was_published_counts_while_the_engine_reads_it(segment):
    chain = live_chain(message(), {"kind": "wait", "wait_amount": 3}, message(), name="Live", audience_rule=None)
    Chain.objects.filter(pk=chain.pk).update(audience_rule=naming(segment))
    chain.refresh_from_db()
    publish(chain, NOW)
    Chain.objects.filter(pk=chain.pk).update(audience_rule=None)
    assert labels(segment) == ["chain “Live”"]

    pausing.archive(chain, NOW)

    assert labels(segment) == []


def test_a_segment_that_started_an_archived_chain_stays_with_it(segment, admin_client):
    chain = live_chain(message(), name="Once live", event="segment.entered", trigger_segment=segment)
    pausing.archive(chain, NOW)

    response = admin_client.post(reverse("admin:segments_segment_delete", args=[segment.pk]), {"post": "yes"})

    assert "chain “Once live”" in response.content.decode()
    assert Segment.objects.filter(pk=segment.pk).exists()


def test_a_needed_segment_is_not_deleted_and_the_page_says_by_what_it_is_needed(segment, admin_client):
    chain = draft_chain(message(), name="Welcome", audience_rule=naming(segment))
    address = reverse("admin:segments_segment_delete", args=[segment.pk])

    page = admin_client.get(address).content.decode()
    admin_client.post(address, {"post": "yes"})

    link = f'<a href="{reverse("admin:chains_chain_change", args=[chain.pk])}">chain “Welcome”</a>'
    assert link in page
    assert Segment.objects.filter(pk=segment.pk).exists()
    shown = admin_client.get(reverse("admin:segments_segment_change", args=[segment.pk])).content.decode()
    assert "Needed by" in shown
    assert "chain “Welcome”" in shown


def test_segments_that_need_only_each_other_are_deleted_together(segment, admin_client):
    other = make_segment(rule=naming(segment), name="Not there")

    admin_client.post(
        reverse("admin:segments_segment_changelist"),
        {"action": "delete_selected", "_selected_action": [segment.pk, other.pk], "post": "yes"},
    )

    assert not Segment.objects.filter(pk__in=[segment.pk, other.pk]).exists()


def test_the_number_of_queries_does_not_grow_with_chains(segment, django_assert_num_queries):
    for _number in range(3):
        draft_chain(message(), audience_rule=naming(segment))

    with django_assert_num_queries(11):
        uses([segment.pk])
