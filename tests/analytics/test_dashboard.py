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
    response = client.get(reverse("admin:analytics_dashboard"), asked)
    assert response.status_code == 200
    return response


def figures(client, **asked):
    return {card.key: card for card in shown(client, **asked).context["page"].cards}


def test_only_who_may_see_figures_sees_them(client):
    client.force_login(User.objects.create_user("sam", is_staff=True))

    assert client.get(reverse("admin:analytics_dashboard")).status_code == 403


def test_an_empty_shop_is_told_how_to_import_orders(manager):
    content = shown(manager).content.decode()

    assert "No orders yet" in content
    assert "import_data orders" in content
    assert "fig-cards" not in content
    assert reverse("admin:crm_order_import") not in content


def test_who_may_import_is_led_there(admin_client):
    assert reverse("admin:crm_order_import") in shown(admin_client).content.decode().split("fig-empty")[1]


def test_every_card_shows_its_figure_its_definition_and_what_it_was(manager, busy_shop):
    cards = figures(manager, preset="custom", first_on="2026-07-01", last_on="2026-12-31")

    content = shown(manager, preset="custom", first_on="2026-07-01", last_on="2026-12-31").content.decode()
    assert len(cards) == 8
    for card in cards.values():
        assert card.shown in content
        assert str(card.definition).replace("'", "&#x27;") in content
        assert card.change.was in content


def test_the_unfiltered_dashboard_never_reads_orders_once_they_are_rolled_up(manager, busy_shop):
    expected = figures(manager)
    rollups.rebuild(TODAY)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = figures(manager)

    assert not [query["sql"] for query in queries if "crm_order" in query["sql"] or "crm_customerstats" in query["sql"]]
    assert {key: card.figure for key, card in found.items()} == {key: card.figure for key, card in expected.items()}


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
    few = queries()
    for number in range(5):
        Segment.objects.create(name=f"Segment {number}")
        make_order(
            customer=make_customer(source=f"source {number}"),
            placed_at=TODAY - dt.timedelta(days=40 * number),
            product=make_product(category=f"Kitchen / Kettles / {number}"),
        )

    assert queries() == few <= 20


def test_filters_narrow_the_figures(manager):
    friend = make_customer(source="friend")
    segment = Segment.objects.create(name="Friends")
    Membership.objects.create(segment=segment, customer=friend, entered_at=TODAY)
    make_order(customer=friend, placed_at=TODAY, total=10)
    make_order(customer=make_customer(source="ads"), placed_at=TODAY, product=make_product(category="Tea", price=30))
    rollups.rebuild(TODAY)

    assert figures(manager)["revenue"].figure == 40
    assert figures(manager, segment=segment.pk)["revenue"].figure == 10
    assert figures(manager, source="ads")["revenue"].figure == 30
    assert figures(manager, category=make_category("Tea").pk, source="friend")["revenue"].figure == 0


def test_a_running_month_is_compared_with_as_much_of_the_month_before(manager):
    make_order(placed_at=dt.datetime(2026, 9, 20, tzinfo=dt.UTC), total=10)
    make_order(placed_at=TODAY, total=20)
    make_order(placed_at=dt.datetime(2026, 10, 20, tzinfo=dt.UTC), total=10)
    make_order(placed_at=dt.datetime(2026, 10, 25, tzinfo=dt.UTC), total=1000)

    revenue = figures(manager, preset="month")["revenue"]

    assert (revenue.figure, revenue.before, revenue.change.text, revenue.change.tone) == (20, 10, "+100.0%", "good")


def test_a_longer_interval_is_no_good_news(manager):
    customer = make_customer()
    for moment in ("2026-09-26", "2026-10-01", "2026-11-05"):
        make_order(customer=customer, placed_at=dt.datetime.fromisoformat(f"{moment}T12:00Z"), total=10)

    interval = figures(manager, preset="month")["median_interval_days"]

    assert (interval.figure, interval.before, interval.change.tone) == (35, 5, "bad")


def test_nothing_is_compared_with_days_before_the_first_order(manager):
    make_order(placed_at=dt.datetime(2026, 10, 2, tzinfo=dt.UTC), total=10)
    make_order(placed_at=TODAY, total=20)

    response = shown(manager, preset="month")

    assert "nothing to compare with" in response.content.decode()
    assert {card.change for card in response.context["page"].cards} == {None}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"preset": "custom", "first_on": "2026-02-01"}, "Choose both"),
        ({"preset": "custom", "first_on": "2026-02-01", "last_on": "2026-01-01"}, "lies before the first"),
        ({"preset": "custom", "first_on": "soon", "last_on": "2026-01-01"}, "Enter a valid date"),
        ({"preset": "century"}, "not one of the available choices"),
        ({"segment": "99999"}, "not one of the available choices"),
        ({"source": "<script>"}, "not one of the available choices"),
    ],
)
def test_a_choice_that_makes_no_sense_is_said_and_the_year_shown(manager, asked, words):
    make_order(placed_at=TODAY, total=10)

    response = shown(manager, **asked)

    assert words in response.content.decode()
    assert "<script>" not in response.content.decode().split("</head>")[1].split("fig-choices")[1].split("</form>")[0]
    assert response.context["period"].last_on == TODAY.date()


def test_a_period_without_orders_says_where_the_orders_are(manager):
    make_order(placed_at=dt.datetime(2019, 5, 4, tzinfo=dt.UTC), total=10)

    content = shown(manager, preset="month").content.decode()

    assert "No orders match this choice" in content
    assert "May 4, 2019" in content


@pytest.mark.parametrize("preset", ["month", "quarter", "year", "all", "custom"])
def test_charts_add_up_to_the_revenue_of_the_period(manager, busy_shop, preset):
    rollups.rebuild(TODAY)

    response = shown(manager, preset=preset, first_on="2026-02-03", last_on="2026-03-10")

    (_title, _definition, chart), _orders = response.context["charts"]
    drawn = sum(sum(series["data"]) for series in json.loads(chart.data)["datasets"])
    revenue = {card.key: card for card in response.context["page"].cards}["revenue"].figure
    assert drawn == pytest.approx(float(revenue))


def test_heat_map_leaves_months_that_are_not_over_blank(manager):
    customer = make_customer()
    for moment in ("2026-09-03", "2026-10-05", "2026-11-05"):
        make_order(customer=customer, placed_at=dt.datetime.fromisoformat(f"{moment}T12:00Z"), total=10)
    make_order(placed_at=TODAY, total=10)

    september, november = shown(manager).context["heat_map"]

    assert [cell and cell.shown for cell in september.cells] == ["100%"]
    assert (november.size, november.cells) == ("1", [None])


@pytest.mark.parametrize(
    ("table", "heading", "rows"), [("figures", "figure", 8), ("timeline", "begins on", 1), ("cohorts", "month of", 1)]
)
def test_figures_can_be_taken_to_a_spreadsheet(manager, table, heading, rows):
    make_order(placed_at=TODAY, total=10)

    response = shown(manager, preset="month", csv=table)

    found = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert found[0][0].startswith(heading)
    assert len(found) == rows + 1
    assert all(len(cell.partition(".")[2]) <= 6 for row in found[1:] for cell in row[1:3])
    assert f"encore-{table}-2026-11-20" in response["Content-Disposition"]


def test_numbers_and_words_follow_the_language(manager):
    make_order(placed_at=TODAY, total=1234.5)

    assert "€1,234.50" in shown(manager).content.decode()
    manager.cookies["django_language"] = "ru"
    assert "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€" in shown(manager).content.decode()
