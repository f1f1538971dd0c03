import csv
import datetime as dt
import io
import json

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics import rollups
from analytics.admin.worth.files import TABLES
from analytics.filters import Filters
from analytics.metrics.lifetime_value import LifetimeValue
from analytics.period_counts import count_periods
from analytics.relations import relations_of_orders
from crm.figures.periods import Period
from crm.models import Customer, CustomerPrediction, PredictionRun
from segments.models import Membership, Segment
from tests.conftest import make_category, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def counts_in_euros(settings):
    settings.CURRENCY = "EUR"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def manager(client):
    user = User.objects.create_user("mary", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_dashboard"))
    client.force_login(user)
    return client


def shown(client, **asked):
    response = client.get(reverse("admin:analytics_worth"), asked)
    assert response.status_code == 200
    return response


def table(client, name, **asked):
    response = shown(client, csv=name, **asked)
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def groups(response, kind):
    return next(each for each in response.context["groups"] if each.kind == kind)


def test_only_who_may_see_figures_sees_them(client):
    client.force_login(User.objects.create_user("sam", is_staff=True))

    assert client.get(reverse("admin:analytics_worth")).status_code == 403
    assert client.get(reverse("admin:analytics_worth"), {"csv": "cohorts"}).status_code == 403


def test_it_is_a_tab_beside_the_overview(manager):
    make_order(placed_at=TODAY, total=10)

    content = shown(manager).content.decode()

    assert f'<a href="{reverse("admin:analytics_worth")}" aria-current="page">Worth</a>' in content
    assert f'<a href="{reverse("admin:analytics_dashboard")}">Overview</a>' in content


def test_an_empty_shop_is_told_how_to_import_orders(manager):
    content = shown(manager).content.decode()

    assert "No orders yet" in content
    assert "fig-cards" not in content
    for name in TABLES:
        assert len(table(manager, name)) >= 1


@pytest.mark.parametrize("measure", ["revenue", "margin"])
def test_one_buyer_is_told_of_without_an_error(manager, measure):
    make_order(placed_at=dt.datetime(2026, 8, 3, tzinfo=dt.UTC), total=10)

    response = shown(manager, measure=measure)

    content = response.content.decode()
    assert "No line can be drawn" in content
    assert "Fewer than 20 buyers: cannot be told." in content
    assert "cannot be told" in response.context["second_rows"][0].bounds
    assert [row.month for row in response.context["value_map"]] == ["Aug 2026"]


def test_a_shop_that_knows_no_cost_says_so_by_margin(manager):
    make_order(placed_at=dt.datetime(2026, 8, 3, tzinfo=dt.UTC), total=10)

    assert "The cost of no order is known" in shown(manager, measure="margin").context["margin_note"]
    assert shown(manager).context["margin_note"] == ""
    assert shown(manager, measure="margin").context["value_map"][0].cells == []


def test_margin_says_of_how_many_orders_it_is_known(manager):
    at = dt.datetime(2026, 8, 3, tzinfo=dt.UTC)
    for cost in [4] * 15 + [None] * 5:
        customer = make_customer(source="ads")
        make_order(customer=customer, placed_at=at, product=make_product(price=10, cost=cost))

    response = shown(manager, measure="margin")

    assert "Margin is known for 75% of these orders" in response.context["margin_note"]
    assert [cell.shown for cell in response.context["value_map"][0].cells] == ["4.50", "4.50", "4.50"]
    [row] = groups(response, "source").rows
    assert ("LTV by margin", "€4.50", "of 75% of orders") in row.cells


def test_cells_begin_with_the_month_of_the_first_order_and_end_with_the_last_that_is_over(manager):
    customer = make_customer()
    for moment, total in (("2026-08-03", 10), ("2026-10-05", 5), ("2026-11-05", 7)):
        make_order(customer=customer, placed_at=dt.datetime.fromisoformat(f"{moment}T12:00Z"), total=total)
    make_order(placed_at=TODAY, total=10)

    august, november = shown(manager).context["value_map"]

    assert [cell.shown for cell in august.cells] == ["10.00", "10.00", "15.00"]
    assert (november.size, november.cells) == ("1", [None, None, None])


def test_the_page_read_from_rollups_equals_the_one_counted_from_orders(manager, shop_with_goods):
    expected = {name: table(manager, name, preset="all") for name in TABLES}
    rollups.rebuild(TODAY)

    assert {name: table(manager, name, preset="all") for name in TABLES} == expected


@pytest.mark.parametrize("preset", ["month", "quarter", "year", "all"])
def test_the_chart_has_few_lines_and_all_cohorts_among_them(manager, shop_with_goods, preset):
    response = shown(manager, preset=preset)

    chart = response.context["value_chart"]
    datasets = json.loads(chart.data)["datasets"]
    assert datasets[0]["label"] == "all cohorts so far"
    assert 1 <= len(datasets) <= 7
    assert len({(tuple(each["borderDash"]), each["pointStyle"]) for each in datasets}) == len(datasets)
    assert chart.headings[1:] == [each["label"] for each in datasets]
    assert [len(row) for row in chart.rows] == [len(chart.headings)] * 25


def test_second_orders_are_those_of_buyers_who_began_in_the_period(manager):
    for number in range(40):
        customer = make_customer()
        at = dt.datetime(2026, 1, 1 + number % 20, 12, tzinfo=dt.UTC)
        make_order(customer=customer, placed_at=at, total=10)
        if number < 10:
            make_order(customer=customer, placed_at=at + dt.timedelta(days=45), total=10)
    make_order(placed_at=TODAY, total=10)

    response = shown(manager, preset="custom", first_on="2026-01-01", last_on="2026-01-31")

    rows = {row.within: row for row in response.context["second_rows"]}
    assert (rows["30 days"].share, rows["60 days"].share, rows["60 days"].watched) == ("0.0%", "25.0%", "30")
    assert (rows["365 days"].share, rows["365 days"].bounds) == ("—", "cannot be told")
    assert "there is no median" in response.context["second_median"]
    found = {row[0]: row for row in table(manager, "second-orders", preset="all")}
    assert found["60"][1:3] == ["30", "0.25"]


def test_filters_narrow_every_table(manager):
    friend = make_customer(source="friend")
    segment = Segment.objects.create(name="Friends of tea")
    Membership.objects.create(segment=segment, customer=friend, entered_at=TODAY - dt.timedelta(days=1))
    make_order(customer=friend, placed_at=TODAY, product=make_product(category="Tea", price=10))
    make_order(customer=make_customer(source="ads"), placed_at=TODAY, product=make_product(category="Pans", price=30))
    rollups.rebuild(TODAY)

    sources = {row[0]: row[1] for row in table(manager, "sources", segment=segment.pk)[1:]}

    assert sources == {"friend": "1"}
    assert [row[0] for row in table(manager, "categories", source="ads")[1:]] == ["Pans"]
    assert [row[0] for row in table(manager, "segments", category=make_category("Tea").pk)[1:]] == ["Friends of tea"]
    assert table(manager, "cohorts", source="ads")[1][1] == "1"
    assert (
        shown(manager, source="ads", preset="custom", first_on="2026-01-01", last_on="2026-01-02")
        .context["page"]
        .second.buyers
        == 0
    )


def test_members_are_those_of_the_end_of_the_period_and_of_now_while_it_runs(manager):
    segment = Segment.objects.create(name="Once")
    moments = {
        "early": ("2026-01-02", "2026-02-01"),
        "last": ("2026-01-31", "2026-02-01"),
        "late": ("2026-02-01", None),
    }
    for entered, left in moments.values():
        customer = make_customer()
        make_order(customer=customer, placed_at=dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC), total=10)
        Membership.objects.create(
            segment=segment,
            customer=customer,
            entered_at=dt.datetime.fromisoformat(f"{entered}T00:00Z"),
            left_at=dt.datetime.fromisoformat(f"{left}T00:00Z") if left else None,
        )

    then = table(manager, "segments", preset="custom", first_on="2026-01-01", last_on="2026-01-31")
    now = table(manager, "segments", preset="year")

    assert ([row[:2] for row in then[1:]], [row[:2] for row in now[1:]]) == ([["Once", "2"]], [["Once", "1"]])


def expect(sources, *, came=1000):
    """Twenty buyers of each source, of whom so much is expected."""
    PredictionRun.objects.create(
        at=TODAY,
        outcome="found",
        buyers=200,
        repeat_buyers=50,
        revenue_days=365,
        revenue_predicted=1000,
        revenue_came=came,
    )
    for source, (total, expected) in sources.items():
        for _ in range(20):
            customer = make_customer(source=source)
            make_order(customer=customer, placed_at=TODAY - dt.timedelta(days=30), total=total)
            CustomerPrediction.objects.create(customer=customer, orders=1, revenue=expected, predicted_at=TODAY)


def test_what_brings_most_and_what_could_is_said_in_words_and_ranked(manager):
    expect({"ads": (30, 5), "fair": (10, 80), "friend": (20, 40)})

    response = shown(manager)

    rows = {row.name: row for row in groups(response, "source").rows}
    assert [row.name for row in groups(response, "source").rows] == ["ads", "friend", "fair"]
    assert (rows["ads"].marks, rows["fair"].marks) == (["brings most so far"], ["could bring most"])
    assert rows["friend"].marks == []
    assert {name: row.cells[-1][1] for name, row in rows.items()} == {"fair": "1", "friend": "2", "ads": "3"}
    assert "as much money as came" in response.content.decode()


def test_predictions_that_do_not_fit_the_shop_are_left_out_and_say_so(manager):
    expect({"ads": (30, 5), "fair": (10, 80)}, came=100)

    response = shown(manager)

    assert {row.cells[-2][1] for row in groups(response, "source").rows} == {"—"}
    assert "The model does not fit this shop." in response.content.decode()


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["ads", "friend", "fair", "few"]),
        ("revenue", ["fair", "friend", "ads", "few"]),
        ("-expected", ["fair", "friend", "ads", "few"]),
        ("rank", ["fair", "friend", "ads", "few"]),
        ("name", ["ads", "fair", "few", "friend"]),
        ("-name", ["friend", "few", "fair", "ads"]),
        ("nonsense", ["ads", "friend", "fair", "few"]),
    ],
)
def test_tables_are_sorted_by_a_press_and_what_is_not_known_comes_last(manager, sort, names):
    expect({"ads": (30, 5), "fair": (10, 80), "friend": (20, 40)})
    make_order(customer=make_customer(source="few"), placed_at=TODAY, total=900)

    response = shown(manager, sort=sort, preset="all")

    assert [row.name for row in groups(response, "source").rows] == names
    states = [heading.sorted for heading in groups(response, "source").headings]
    assert states.count("none") == len(states) - 1


def test_a_heading_leads_to_the_other_way_round_and_keeps_the_choice(manager):
    make_order(placed_at=TODAY, total=10)

    headings = {
        str(each.title): each for each in groups(shown(manager, preset="all", sort="-buyers"), "source").headings
    }

    assert headings["Buyers"].link == "?preset=all&sort=buyers#source"
    assert headings["LTV by margin"].link == "?preset=all&sort=-margin#source"
    assert headings["Group"].link == "?preset=all&sort=name#source"


def test_ltv_is_compared_with_the_end_of_the_period_before(manager, shop_with_goods):
    rollups.rebuild(TODAY)

    response = shown(manager, preset="custom", first_on="2026-01-01", last_on="2026-06-30")

    cards = {card.key: card for card in response.context["cards"]}
    periods = [
        Period(dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
        Period(dt.date(2025, 7, 4), dt.date(2025, 12, 31)),
    ]
    now, before = count_periods(relations_of_orders(Filters().standings()), periods, 180)
    assert (cards["ltv_revenue"].figure, cards["ltv_revenue"].before) == (
        LifetimeValue.of(now).mean,
        LifetimeValue.of(before).mean,
    )
    assert cards["ltv_margin"].figure == LifetimeValue.of(now).margin_mean
    assert cards["year_value"].figure is not None
    assert "Margin is known for" in cards["ltv_margin"].notes[1]


@pytest.mark.parametrize("rolled_up", [True, False])
def test_queries_do_not_grow_with_the_shop(manager, rolled_up):
    def queries():
        if rolled_up:
            rollups.rebuild(TODAY)
        shown(manager)  # what is looked up once and remembered
        with CaptureQueriesContext(connection) as found:
            shown(manager)
        return len(found)

    make_order(placed_at=TODAY, product=make_product(category="Kitchen / Kettles"))
    segment = Segment.objects.create(name="Everybody")
    Membership.objects.create(segment=segment, customer=Customer.objects.get(), entered_at=TODAY)
    few = queries()
    for number in range(5):
        segment = Segment.objects.create(name=f"Segment {number}")
        customer = make_customer(source=f"source {number}")
        Membership.objects.create(segment=segment, customer=customer, entered_at=TODAY - dt.timedelta(days=1))
        for days in range(30):
            make_order(
                customer=customer,
                placed_at=TODAY - dt.timedelta(days=40 * number + days),
                product=make_product(category=f"Kitchen / Kettles / {number}"),
            )

    assert queries() == few <= 25


@pytest.mark.parametrize(
    ("name", "first", "rows"),
    [
        ("cohorts", "month of the first order", 33),
        ("lines", "months later", 25),
        ("second-orders", "days since the first order", 74),
        ("sources", "acquisition source", 4),
        ("segments", "segment", 0),
        ("categories", "category of the first order", 5),
        ("intervals", "category", 4),
        ("change", "figure", 3),
    ],
)
def test_every_table_leaves_as_a_file_named_after_what_was_chosen(manager, shop_with_goods, name, first, rows):
    found = table(manager, name, preset="all")
    response = shown(manager, csv=name, preset="year", source="", category=make_category("Food").pk)

    assert found[0][0] == first
    assert len(found) == rows + 1
    assert all(
        len(cell.partition(".")[2]) <= 6 for row in found[1:] for cell in row[1:] if cell.replace(".", "").isdigit()
    )
    expected = f'encore-worth-{name}-revenue-food-2025-11-21-2026-11-20.csv"'
    assert response["Content-Disposition"].endswith(expected)


def test_money_in_files_names_its_currency(manager, shop_with_goods):
    heading = table(manager, "sources", measure="margin")[0]

    assert "revenue per buyer, EUR" in heading
    assert table(manager, "cohorts", measure="margin")[0][4] == "margin per buyer by month 0, EUR"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"measure": "love"}, "not one of the available choices"),
        ({"preset": "century"}, "not one of the available choices"),
        ({"preset": "custom", "first_on": "2026-02-01"}, "Choose both"),
    ],
)
def test_a_choice_that_makes_no_sense_is_said_and_the_year_shown(manager, asked, words):
    make_order(placed_at=TODAY, total=10)

    response = shown(manager, **asked)

    assert words in response.content.decode()
    assert response.context["period"].last_on == TODAY.date()


@pytest.mark.parametrize(
    ("first_on", "last_on"), [("0001-01-01", "0001-01-05"), ("9999-01-01", "9999-12-31"), ("0001-01-01", "9999-12-31")]
)
def test_days_at_the_ends_of_the_calendar_are_no_errors(manager, shop_with_goods, first_on, last_on):
    for name in TABLES:
        table(manager, name, preset="custom", first_on=first_on, last_on=last_on)
    shown(manager, preset="custom", first_on=first_on, last_on=last_on)


def test_words_and_numbers_follow_the_language(manager, shop_with_goods):
    manager.cookies["django_language"] = "ru"

    content = shown(manager, preset="all").content.decode()

    for words in ("Ценность", "Сколько принёс покупатель", "Вторые заказы", "По источнику", "По сегменту"):
        assert words in content
    for words in ("Buyers", "brings most", "How it is counted", "of orders", "By segment", "Months later"):
        assert words not in content
