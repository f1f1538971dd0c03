import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics import rollups
from analytics.metrics.buyer_value import BuyerValue
from analytics.models import Target, TargetReading
from analytics.period_counts import count_periods
from analytics.relations import rolled_up
from crm.figures.periods import last_year
from crm.models import Order
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
URL, OVERVIEW = "admin:analytics_what_if", "admin:analytics_dashboard"
FRAGMENT = {"Accept": "text/html-fragment"}


@pytest.fixture(autouse=True)
def counts_in_dollars(settings):
    settings.CURRENCY = "USD"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


def sign_in(client, role):
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def manager(client):
    return sign_in(client, "Managers")


@pytest.fixture
def seed_shop(db):
    """Five buyers of whom one came back for one more order of 8,000."""
    customers = [make_customer() for _number in range(5)]
    for customer in [*customers, customers[0]]:
        make_order(customer=customer, placed_at=TODAY - 30 * DAY, total=8000)
    rollups.rebuild(TODAY)
    return customers


def shown(client, **asked):
    response = client.get(reverse(URL), asked)
    assert response.status_code == 200
    return response


def words(response):
    content = re.sub(r"<[^>]+>", " ", response.content.decode().split("</head>")[-1])
    return " ".join(content.replace("&#x27;", "'").split())


def press(client, figure, wanted, **fields):
    form = {"figure": figure, f"wanted-{figure}": wanted, "due_on": "2027-11-20", **fields}
    return client.post(reverse("admin:analytics_target_set"), form, follow=True)


def make_target(**fields):
    on = TODAY.date() - 50 * DAY
    way = {"starts_on": on, "read_until": on, "due_on": on + 100 * DAY, "start_value": 8000, "wanted_value": 10_000}
    return Target.objects.create(**{"figure": "average_order", **way, **fields})


def test_only_who_may_see_figures_sees_them(client):
    sign_in(client, "Support")

    assert client.get(reverse(URL)).status_code == 403
    assert client.post(reverse("admin:analytics_target_set")).status_code == 403


def test_an_empty_shop_is_told_how_to_import_orders(manager):
    assert "No orders yet" in words(shown(manager))


def test_a_shop_without_orders_in_these_months_is_told_so(manager):
    make_order(placed_at=TODAY - 500 * DAY, total=10)

    response = shown(manager)

    assert "there is no order in them: the last one is of July 8, 2025" in words(response)
    assert manager.get(reverse(URL), headers=FRAGMENT).content.strip() == b""


def test_it_begins_with_the_shops_own_figures(manager, busy_shop):
    rollups.rebuild(TODAY)
    (counts,) = count_periods(rolled_up(), [last_year(TODAY.date())], 180)
    own = BuyerValue.of(counts)

    response = shown(manager)

    form, result = response.context["asked"], response.context["result"]
    assert form.then() == own
    assert not result.is_moved
    assert [form[name].value() for name in ("conversion", "orders", "value")] == [
        round(own.conversion * 100, 1),
        round(own.repeat_orders, 2),
        round(own.order_value, 2),
    ]
    assert f"${counts.revenue / counts.buyers:,.2f}" == result.of_a_buyer.now
    again = shown(manager, **{name: str(form[name].value()) for name in ("conversion", "orders", "value")})
    assert not again.context["result"].is_moved
    for lever in response.context["fields"]:
        assert str(lever["definition"]) in words(response)


def test_what_follows_is_shown_in_money_and_in_per_cent(manager, seed_shop):
    found = words(shown(manager, conversion="35"))

    assert "A buyer in 12 months, now $9,600.00 Then $10,800 Difference +$1,200.00 (+12.5%)" in found
    assert "All 5 buyers of a year together +$6,000.00" in found
    assert "one after the other: Repeat rate: +$1,200.00" in found
    assert "brings a buyer: Average order: +$960.00 the most Orders of a buyer who came back: +$320.00" in found
    assert "+$1,080.00" in words(shown(manager, conversion="35", value="8800"))


def test_the_fragment_is_what_follows_and_what_is_wrong_and_no_more(manager, seed_shop):
    response = manager.get(reverse(URL), {"conversion": "35", "orders": "one"}, headers=FRAGMENT)

    ids = re.findall(r'^\s*<(?:div|section)[^>]* id="([a-z-]+)"', response.content.decode(), re.MULTILINE)
    assert ids == ["conversion-error", "orders-error", "value-error", "what-if"]
    assert "who came back has ordered twice" in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"conversion": "101"}, "from 0 to 100 per cent"),
        ({"conversion": "-1"}, "from 0 to 100 per cent"),
        ({"conversion": "many"}, "from 0 to 100 per cent"),
        ({"orders": "1.5"}, "has ordered twice"),
        ({"orders": "1e999"}, "has ordered twice"),
        ({"value": "NaN"}, "from 0 to 1,000,000,000"),
        ({"value": "9" * 5000}, "from 0 to 1,000,000,000"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field_and_nothing_follows(manager, seed_shop, asked, refusal):
    response = shown(manager, **asked)

    (name,) = asked
    beside = re.search(f'id="{name}-error".*?</div>', response.content.decode(), re.DOTALL)[0]
    assert refusal in beside
    assert beside.count("<li>") == 1
    assert "Put right what is marked above" in words(response)
    assert "set-target" not in response.content.decode().split('id="what-if"')[1]


def test_what_is_left_empty_stays_as_it_is(manager, seed_shop):
    assert not shown(manager, conversion="", value=" ").context["result"].is_moved


def test_margin_is_shown_where_it_is_known(manager, seed_shop):
    assert "Margin of a buyer" not in words(shown(manager))
    make_order(customer=seed_shop[1], placed_at=TODAY, product=make_product(price=8000, cost=6000))
    rollups.rebuild(TODAY)

    found = words(shown(manager))
    assert "Margin of a buyer in 12 months $2,800.00 $2,800.00" in found
    assert "cost known for 14% of orders" in found


def test_a_young_shop_is_told_that_a_whole_year_would_bring_more(manager, seed_shop):
    assert "orders are known from Oct. 21, 2026 on" in words(shown(manager))
    make_order(placed_at=TODAY - 400 * DAY, total=10)
    rollups.rebuild(TODAY)

    assert "orders are known" not in words(shown(manager))


def test_looking_changes_nothing(manager, seed_shop):
    make_target()

    for asked in ({}, {"conversion": "35"}, {"csv": "targets"}, {"figure": "buyer_value", "wanted-buyer_value": "1"}):
        shown(manager, **asked)

    assert (Target.objects.count(), TargetReading.objects.count()) == (1, 0)
    assert manager.get(reverse("admin:analytics_target_set")).status_code == 405


def test_one_press_sets_a_target_and_another_no_second(manager, seed_shop):
    response = shown(manager, conversion="35")
    assert 'name="wanted-buyer_value" value="10800.00"' in response.content.decode()

    pressed = press(manager, "buyer_value", "10800.00", note="Letters", conversion="35")
    again = press(manager, "buyer_value", "10800.00", due_on="2027-12-31")

    found = Target.objects.get()
    told = "Value of a buyer in 12 months: from $9,600.00 to $10,800 by Nov. 20, 2027"
    assert f"The target is set: {told}" in words(pressed)
    assert f"This target is set already: {told}" in words(again)
    assert (found.start_value, found.wanted_value, found.starts_on) == (9600, 10_800, TODAY.date())
    assert (found.set_by.username, found.note) == ("managers", "Letters")
    assert found.history.get().history_user.username == "managers"
    assert pressed.context["result"].of_a_buyer.then == "$10,800"


def test_a_share_is_typed_in_per_cent(manager, seed_shop):
    press(manager, "repeat_rate", "35.00")

    assert Target.objects.get().wanted_value == Decimal("0.35")


@pytest.mark.parametrize(
    ("figure", "wanted", "due_on", "refusal"),
    [
        ("buyer_value", "9600", "2027-11-20", "lies above where the figure stood"),
        ("buyer_value", "much", "2027-11-20", "Enter a number"),
        ("buyer_value", "10800", "2026-11-20", "Choose a day after today"),
        ("buyer_value", "10800", "2029-11-21", "within the next three years"),
        ("buyer_value", "10800", "soon", "Enter a valid date"),
        ("buyer_margin", "10800", "2027-11-20", "there is nothing to start from"),
        ("happiness", "1", "2027-11-20", "is not one of the available choices"),
    ],
)
def test_a_press_that_makes_no_sense_is_refused_in_words(manager, seed_shop, figure, wanted, due_on, refusal):
    assert refusal in words(press(manager, figure, wanted, due_on=due_on))
    assert not Target.objects.exists()


def test_another_value_by_the_same_day_is_refused(manager, seed_shop):
    press(manager, "buyer_value", "10800")

    assert "by this day already: change that one" in words(press(manager, "buyer_value", "11000"))
    assert Target.objects.get().wanted_value == 10_800


def test_a_marketer_looks_and_sets_nothing(client, seed_shop):
    sign_in(client, "Marketing")
    wanted = make_target()

    found = words(shown(client, conversion="35"))

    assert "Average order: target $10,000 by" in found
    assert not [word for word in ("Set as target", "Give up", "Set a target by hand") if word in found]
    assert press(client, "buyer_value", "10800").status_code == 403
    assert client.post(reverse("admin:analytics_target_do", args=[wanted.pk, "give-up"])).status_code == 403
    assert client.get(reverse("admin:analytics_target_add")).status_code == 403
    assert client.get(reverse("admin:analytics_target_change", args=[wanted.pk])).status_code == 200
    wanted.refresh_from_db()
    assert (Target.objects.count(), wanted.given_up_at) == (1, None)


def test_a_target_is_set_by_hand_in_per_cent_of_what_is(manager, seed_shop):
    form = {"figure": "lifetime_value", "wanted_as": "percent_more", "wanted": "25", "due_on": "2027-05-20"}
    page = manager.get(reverse("admin:analytics_target_add"))
    assert 'value="2027-05-20"' in page.content.decode()

    response = manager.post(reverse("admin:analytics_target_add"), form, follow=True)

    found = Target.objects.get()
    assert (found.start_value, found.wanted_value, found.set_by.username) == (9600, 12_000, "managers")
    assert "Lifetime value (LTV): target $12,000 by May 20, 2027: $9,600.00 now" in words(response)


def test_a_target_that_runs_is_changed_and_what_was_is_kept(manager, seed_shop):
    wanted = make_target(figure="repeat_rate", start_value="0.1", wanted_value="0.3")
    url = reverse("admin:analytics_target_change", args=[wanted.pk])
    assert 'value="30.00"' in manager.get(url).content.decode()

    refused = manager.post(url, {"wanted": "9", "due_on": "2027-02-01", "note": ""})
    manager.post(url, {"wanted": "40", "due_on": "2027-02-01", "note": "After the fair"})

    assert "lies above where the figure stood" in words(refused)
    wanted.refresh_from_db()
    assert (wanted.wanted_value, wanted.due_on, wanted.note) == (Decimal("0.4"), dt.date(2027, 2, 1), "After the fair")
    assert [one.wanted_value for one in wanted.history.all()] == [Decimal("0.4"), Decimal("0.3")]
    assert manager.get(reverse("admin:analytics_target_history", args=[wanted.pk])).status_code == 200


def test_of_what_is_over_only_the_note_changes(manager, seed_shop):
    wanted = make_target(reached_on=TODAY.date() - DAY)
    url = reverse("admin:analytics_target_change", args=[wanted.pk])

    manager.post(url, {"wanted": "20000", "due_on": "2027-02-01", "note": "Thanks to the letters"})

    wanted.refresh_from_db()
    assert (wanted.wanted_value, wanted.note) == (10_000, "Thanks to the letters")
    assert wanted.due_on == TODAY.date() + 50 * DAY


def test_it_is_given_up_kept_and_taken_up_again(manager, seed_shop):
    wanted = make_target()

    given_up = manager.post(reverse("admin:analytics_target_do", args=[wanted.pk, "give-up"]), follow=True)
    assert [name for name, _lines in given_up.context["targets"].groups] == ["Given up"]
    assert "Average order" not in words(given_up).split("Targets")[1].split("Given up")[0]
    again = manager.post(reverse("admin:analytics_target_do", args=[wanted.pk, "take-up-again"]), follow=True)

    assert [name for name, _lines in again.context["targets"].groups] == ["Running"]
    wanted.refresh_from_db()
    assert (wanted.given_up_at, wanted.history.count()) == (None, 3)


def test_targets_stand_by_what_became_of_them(manager, seed_shop):
    ended = {"starts_on": TODAY.date() - 90 * DAY, "due_on": TODAY.date() - 3 * DAY}
    make_target()
    make_target(**ended, figure="revenue", read_until=ended["due_on"], reached_on=TODAY.date() - 9 * DAY)
    missed = make_target(**ended, figure="repeat_rate", start_value=0, wanted_value=1, read_until=ended["due_on"])
    missed.readings.create(day=ended["due_on"], value="0.5")
    make_target(**ended, figure="lifetime_value", read_until=ended["due_on"] - DAY)

    found = {name: [line.words for line in lines] for name, lines in shown(manager).context["targets"].groups}

    assert found == {
        "Running": [
            "target $10,000 by Jan. 9, 2027: $8,000.00 now, $9,000.00 needed by today to be on the way",
        ],
        "Reached": ["target $10,000 by Nov. 17, 2026: reached on Nov. 11, 2026"],
        "Missed": [
            "target $10,000 by Nov. 17, 2026: $8,000.00 when it was read last",
            "target 100.0% by Nov. 17, 2026: 50.0% when it was read last",
        ],
    }


def test_the_course_is_drawn_by_week_beside_the_line_that_leads_there(manager, seed_shop):
    wanted = make_target()
    for number in range(1, 50):
        wanted.readings.create(day=wanted.starts_on + number * DAY, value=8000 + 10 * number)

    (title, chart), *others = shown(manager).context["targets"].charts

    line, course = json.loads(chart.data)["datasets"]
    assert (title, others) == (str(wanted), [])
    assert (line["data"][0], line["data"][-1]) == (8000, 10_000)
    assert line["borderDash"]
    # By week up to today, whose own value is the last; nothing is known of the weeks to come.
    assert [value for value in course["data"] if value is not None] == [*range(8000, 8491, 70), 8000]
    assert len(line["data"]) == len(course["data"]) == 101
    assert [row[0] for row in chart.rows[:2]] == ["10/01/2026", "10/08/2026"]
    assert [row[2] for row in chart.rows[6:9]] == ["$8,420.00", "$8,490.00", "$8,000.00"]
    assert "The course" in words(manager.get(reverse("admin:analytics_target_change", args=[wanted.pk])))


def test_courses_can_be_taken_to_a_spreadsheet(manager, seed_shop):
    wanted = make_target(note="=1+1")
    wanted.readings.create(day=wanted.starts_on + 50 * DAY, value=8100)

    response = shown(manager, csv="targets")

    heading, start, day = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert heading[-3:] == ["day", "value on the line", "value"]
    assert [start[-3], Decimal(start[-2]), Decimal(start[-1])] == ["2026-10-01", 8000, 8000]
    assert [day[-3], Decimal(day[-2]), Decimal(day[-1])] == ["2026-11-20", 9000, 8100]
    assert not day[7].startswith("=")
    assert 'filename="encore-targets-2026-11-20.csv"' in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("language", "told", "of_buyer"),
    [
        (
            "en",
            "target $10,000 by Jan. 9, 2027: $8,000.00 now, $9,000.00 needed by today to be on the way behind",
            "Value of a buyer in 12 months:",
        ),
        (
            "ru",
            "цель 10 000 $ к 9 января 2027 г.: сейчас 8 000,00 $, чтобы успеть, к сегодняшнему дню нужно 9 000,00 $"
            " отстаёт",
            "Ценность покупателя за 12 месяцев:",
        ),
    ],
)
def test_the_card_of_the_overview_says_where_its_target_stands(manager, seed_shop, language, told, of_buyer):
    make_target()
    make_target(figure="buyer_value", start_value=9000)
    manager.cookies["django_language"] = language

    response = manager.get(reverse(OVERVIEW))

    cards = {card.key: lines for card, lines in response.context["cards"]}
    assert {key: len(lines) for key, lines in cards.items() if lines} == {"average_order": 1, "lifetime_value": 1}
    found = words(response).replace("\N{NO-BREAK SPACE}", " ")
    assert told in found
    assert of_buyer in found
    bars = re.findall(r'<progress max="100" value="(\d+)" aria-label="\w', response.content.decode())
    assert bars == ["60", "0"]


def test_only_targets_whose_day_is_to_come_stand_on_the_overview(manager, seed_shop):
    make_target(given_up_at=TODAY)
    make_target(due_on=TODAY.date() - DAY)

    cards = manager.get(reverse(OVERVIEW)).context["cards"]

    assert not any(lines for _card, lines in cards)


def test_ten_targets_cost_no_more_queries_than_one(manager, seed_shop):
    def queries(page):
        manager.get(reverse(page))  # what is looked up once and remembered
        with CaptureQueriesContext(connection) as found:
            manager.get(reverse(page))
        assert not [query["sql"] for query in found if Order._meta.db_table in query["sql"]]
        return len(found)

    make_target().readings.create(day=TODAY.date() - DAY, value=8100)
    few = [queries(page) for page in (OVERVIEW, URL)]
    for number in range(9):
        make_target(due_on=TODAY.date() + (10 + number) * DAY)
        make_target(due_on=TODAY.date() - (10 + number) * DAY)

    assert [queries(page) for page in (OVERVIEW, URL)] == few
    assert max(few) <= 22


def test_going_back_to_an_old_version_puts_no_two_targets_by_one_day(manager, seed_shop):
    wanted = make_target()
    manager.post(reverse("admin:analytics_target_do", args=[wanted.pk, "give-up"]))
    make_target(wanted_value=9000)
    first = wanted.history.earliest("history_id")
    url = reverse("admin:analytics_target_simple_history", args=[wanted.pk, first.history_id])

    response = manager.post(url, {"wanted": "10000", "due_on": str(wanted.due_on), "note": ""})

    assert response.status_code == 200
    assert "by this day already: change that one" in words(response)
    wanted.refresh_from_db()
    assert wanted.given_up_at is not None
