import csv
import datetime as dt
import io

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from chains.models import Chain, Experiment, ExperimentVariant, Touch
from segments.models import Membership, Segment
from tests.chains.results.seeded import HOUR, chain_with_results, count

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    user = User.objects.create_user("maria", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_chain", "view_touch"]))
    client.force_login(user)
    return client


def page_of(client, chain, **asked):
    return client.get(reverse("admin:chains_chain_results", args=[chain.pk]), asked)


def test_the_page_says_what_came_of_each_step_and_how_it_is_counted(marketer, shop):
    chain, _people = chain_with_results()
    count()

    page = page_of(marketer, chain)

    first, second = page.context["rows"]
    assert (first.number, first.name, first.results.sent, first.results.clicked) == ("1", "Thanks", 4, 2)
    assert (second.results.sent, [cell.shown for cell in second.cells][-1]) == (0, "—")
    assert [cell.rate for cell in first.cells if cell.label == "clicked"] == ["50.0%"]
    assert page.context["whole"].revenue_per_recipient == 30 / 4
    for words in ("opened, unreliable", "Attributed is not caused", "at most 5 days before", "of 4 delivered", "€7.50"):
        assert words in page.text
    assert "chance alone moves rates" in page.text


def test_by_segment_at_entry_and_by_days(marketer, shop):
    chain, people = chain_with_results()
    segment = Segment.objects.create(name="Kettle fans", rule={"all": []})
    Membership.objects.create(segment=segment, customer=people[0], entered_at=timezone.now() - 500 * HOUR)
    Membership.objects.create(segment=segment, customer=people[1], entered_at=timezone.now())
    count()

    assert page_of(marketer, chain, segment=segment.pk).context["whole"].sent == 1
    long_ago = page_of(marketer, chain, preset="custom", first_on="2020-01-01", last_on="2020-02-01")
    assert "Nobody entered the chain" in long_ago.text


@pytest.mark.parametrize(
    "asked",
    [
        {"preset": "custom"},
        {"preset": "custom", "first_on": "2026-03-02", "last_on": "2026-03-01"},
        {"preset": "custom", "first_on": "0001-01-01", "last_on": "9999-12-31"},
        {"preset": "nonsense", "segment": "x"},
    ],
)
def test_what_makes_no_sense_is_said_and_shows_thirty_days(marketer, shop, asked):
    chain, _people = chain_with_results(sent=1)
    count()

    page = page_of(marketer, chain, **asked)

    assert page.context["form"].errors
    assert page.context["period"].days == 30


def test_the_file_names_its_filter_and_its_columns(marketer, shop):
    chain, _people = chain_with_results(name="=Care")
    count()

    answer = page_of(marketer, chain, csv="1", preset="7")

    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["step"] for line in lines] == ["the whole chain", "1 Thanks", "3 Care tips"]
    assert (lines[1]["sent"], lines[1]["clicked"], lines[1]["clicked, per cent of delivered"]) == ("4", "2", "50.0")
    assert (lines[1]["revenue, EUR"], lines[1]["revenue per recipient, EUR"]) == ("30.00", "7.5000")
    assert lines[0]["chain"] == "'=Care"
    today = timezone.localdate()
    assert f"encore-care-{today - dt.timedelta(days=6)}-{today}.csv" in answer.headers["Content-Disposition"]


def test_the_list_begins_with_the_chain_that_brings_most_and_keeps_kinds_apart(marketer, shop):
    chain_with_results(name="Little", sent=2, ordered=0)
    chain_with_results(name="Much", sent=3, ordered=2)
    chain_with_results(name="Once")
    Chain.objects.filter(name="Once").update(trigger="moment", trigger_on=dt.date(2026, 1, 1), trigger_hour=10)
    Chain.objects.filter(name="Little").update(priority=1)
    old, _people = chain_with_results(name="Old")
    Chain.objects.filter(pk=old.pk).update(status="archived")
    count()
    address = reverse("admin:chains_chain_changelist")

    def names(**asked):
        return [chain.name for chain in marketer.get(address, asked).context["cl"].result_list]

    assert names()[:2] == ["Much", "Little"]
    assert not {"Once", "Old"} & set(names())
    assert (names(kind="once"), names(kind="archived")) == (["Once"], ["Old"])
    assert (names(q="Old"), names(status__exact="archived")) == (["Old"], ["Old"])
    assert names(o="4") == sorted(names(o="4"), key=lambda name: {"Little": 2, "Much": 3}.get(name, 0))
    assert "€60.00" in marketer.get(address).text


def test_variants_of_an_experiment_stand_below_their_step_and_nothing_is_judged_early(marketer, shop):
    chain, people = chain_with_results()
    touches = Touch.objects.filter(chain=chain)
    key = touches.first().step_key
    experiment = Experiment.objects.create(
        chain=chain, step_key=key, differs_in="subject", status="running", planned_size=900, started_at=timezone.now()
    )
    ExperimentVariant.objects.create(experiment=experiment, letter="B", share=40)
    touches.update(variant=experiment.name_of("A"))
    touches.filter(customer=people[0]).update(variant=experiment.name_of("B"))
    count()

    page = page_of(marketer, chain)
    file = page_of(marketer, chain, csv="1").text

    [tried] = page.context["rows"][0].experiments
    assert [(one.letter, one.share, one.results.sent, one.results.ordered_by_click) for one in tried.rows] == [
        ("A", 60, 3, 0), ("B", 40, 1, 1)
    ]  # fmt: skip
    assert "No verdict yet: 0 of the 900 customers needed" in page.text
    assert page.context["rows"][0].results.sent == 4
    assert page_of(marketer, chain, preset="custom", first_on="2020-01-01", last_on="2020-02-01").status_code == 200
    rows = list(csv.DictReader(io.StringIO(file.lstrip("\ufeff"))))
    assert [(row["step"], row["sent"]) for row in rows[1:4]] == [
        ("1 Thanks", "4"), ("1 Thanks: subject A", "3"), ("1 Thanks: subject B", "1")
    ]  # fmt: skip


def test_the_file_of_the_list_holds_the_chains_that_are_listed_with_all_their_figures(marketer, shop):
    chain_with_results(name="Much", ordered=2)
    chain_with_results(name="=Little", ordered=1)
    Chain.objects.filter(name="=Little").update(status="paused")
    count()
    listed = marketer.get(reverse("admin:chains_chain_changelist"), {"status__exact": "live", "q": "uc"})

    whole = marketer.get(reverse("admin:chains_results_file"))
    file = marketer.get(listed.context["cl"].download)

    today = timezone.localdate()
    days = f"{today - dt.timedelta(days=29)}-{today}"
    assert f'filename="encore-chains-live-uc-{days}.csv"' in file.headers["Content-Disposition"]
    assert f'filename="encore-chains-{days}.csv"' in whole.headers["Content-Disposition"]
    [much, little, *_drafts] = csv.DictReader(io.StringIO(whole.text.lstrip("\ufeff")))
    assert (much["chain"], much["sent"], much["revenue, EUR"], much["status"]) == ("Much", "4", "60.00", "live")
    assert (little["chain"], little["status"]) == ("'=Little", "paused")
    assert [row["chain"] for row in csv.DictReader(io.StringIO(file.text.lstrip("\ufeff")))] == ["Much"]


def test_pages_take_as_many_queries_for_many_steps_as_for_few(marketer, shop, settings, django_assert_max_num_queries):
    settings.CURRENCY = "EUR"
    chain, _people = chain_with_results()
    count()
    page_of(marketer, chain)

    with django_assert_max_num_queries(24):
        page_of(marketer, chain)
